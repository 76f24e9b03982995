// The chat of the first page. Without this script the page has the same words and a link to sign in.
import { render } from "preact";
import { App } from "./app.tsx";
import { Chat } from "./chat.ts";
import { Words, returned } from "./session.ts";

const place = document.getElementById("chat");
const { popup, problem } = returned();
if (place && popup) {
  // This window was opened for the sign-in alone. The other one hears of it, and this one is no longer needed.
  new Words().say(problem ? { type: "not-signed-in", problem } : { type: "signed-in" });
  place.replaceChildren();
  render(<p class="over" role="status">{problem ? "You are not signed in." : "You are signed in."} You can close this window.</p>, place);
  window.close();
} else if (place) {
  place.replaceChildren();
  const chat = new Chat(storage("localStorage"), storage("sessionStorage"), place.dataset.sentry);
  render(<App chat={chat} problem={problem} />, place);
}

/** A browser may allow a page none. */
function storage(kind: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return window[kind];
  } catch {
    return undefined;
  }
}
