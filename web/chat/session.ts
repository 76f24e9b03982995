// Who is signed in, and the way to be: in a window beside this one, or in this one where the browser allows no other.
// The server keeps the tokens; this page never sees one.
import { readStatus, type Status } from "./protocol.ts";
import { post } from "./stream.ts";

const AUTHORIZE = "/api/auth/authorize";
const CHANNEL = "sentry-mcp-chat";
const WINDOW = "sentry-mcp-sign-in";
/** In the storage of a window that was opened for a sign-in: its name and its opener do not survive the way. */
const MARK = "sentry-mcp-sign-in";

/** `problem` is why somebody is not signed in. */
export interface Word {
  type: "signed-in" | "signed-out" | "not-signed-in";
  problem?: string;
}

/** Undefined where the server cannot be reached. */
export async function status(): Promise<Status | undefined> {
  try {
    const response = await fetch("/api/auth/status", { headers: { accept: "application/json" } });
    return response.ok ? readStatus(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

/** Must be called while a click is being handled, or the browser takes the window for an advertisement. */
export function signIn(): Window | undefined {
  const [width, height] = [520, 760];
  const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
  const top = Math.max(0, window.screenY + (window.outerHeight - height) / 2);
  // A new window begins with a copy of this one's storage.
  marked((storage) => storage.setItem(MARK, "1"));
  const opened = window.open(`${AUTHORIZE}?popup=1`, WINDOW, `popup,width=${width},height=${height},left=${left},top=${top}`);
  marked((storage) => storage.removeItem(MARK));
  if (opened) {
    opened.focus();
    return opened;
  }
  location.assign(AUTHORIZE);
  return undefined;
}

/** Throws `Failed` where it did not come about. */
export const signOut = async (): Promise<boolean> => (await post("/api/auth/logout", {})).ok;

/** What the pages of this site in this browser tell each other. */
export class Words {
  readonly #channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(CHANNEL) : undefined;

  say(word: Word): void {
    this.#channel?.postMessage(word);
  }

  listen(heard: (word: Word) => void): void {
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<Word>) => heard(data));
  }
}

/** Does something in this window's storage, where there is any. */
function marked<T>(act: (storage: Storage) => T): T | undefined {
  try {
    return act(sessionStorage);
  } catch {
    return undefined;
  }
}

/** How a sign-in came back to this address, which is then as if nothing had been in it. */
export function returned(): { popup: boolean; problem?: string } {
  const { searchParams, pathname } = new URL(location.href);
  const problem = searchParams.get("sign-in") ?? undefined;
  const popup = searchParams.get("signed-in") === "popup" || (problem !== undefined && marked((storage) => storage.getItem(MARK)) === "1");
  if (popup || problem) history.replaceState(null, "", pathname);
  return { popup, problem };
}
