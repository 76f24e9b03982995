// The conversation in this browser's storage: what was said, never who said it or with which key. What lies there may be
// old, cut or made up by somebody else; it is read like any other input.
import { type Call, type CallState, type Entry, newKey, settled } from "./conversation.ts";
import { withdrawn } from "./decisions.ts";
import { asArguments, isObject, text } from "./protocol.ts";

const KEY = "sentry-mcp-chat";
const VERSION = 1;
/** In entries and in characters: a conversation, not an archive. */
const MOST = 200;
const LONGEST = 1_000_000;

export interface Saved {
  endpoint: string;
  entries: Entry[];
}

export const EMPTY: Saved = { endpoint: "/mcp", entries: [] };

/** `/mcp`, an organization or a project of one. */
export const isEndpoint = (path: string): boolean => /^\/mcp(\/[a-z0-9][a-z0-9_-]{0,99}){0,2}$/.test(path);

export class History {
  /** Keys of the entries when this tab and the storage last agreed. */
  #agreed = new Set<string>();
  #written: string | null = null;

  constructor(readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem"> | undefined) {}

  static isOurs = (key: string | null): boolean => key === KEY || key === null;

  load(): Saved {
    const raw = this.#raw();
    const saved = parse(raw);
    this.#agree(saved.entries, raw);
    return saved;
  }

  /** Keeps it; answers what is kept, which has what another tab wrote in the meantime. */
  save(own: Saved): Saved {
    const raw = this.#raw();
    const entries = raw === this.#written ? own.entries : this.#merged(parse(raw).entries, own.entries);
    const merged = { ...own, entries };
    const json = this.#write(merged);
    this.#agree(entries, json);
    return merged;
  }

  /** As if there had been nothing. */
  clear(): void {
    try {
      this.storage?.removeItem(KEY);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
    this.#agree([], this.#raw());
  }

  /** What is new here after what is new there; what was deleted there is gone here as well. */
  #merged(theirs: Entry[], ours: Entry[]): Entry[] {
    const mine = new Map(ours.map((entry) => [entry.key, entry]));
    const known = new Set(theirs.map(({ key }) => key));
    return [...theirs.map((entry) => mine.get(entry.key) ?? entry), ...ours.filter(({ key }) => !known.has(key) && !this.#agreed.has(key))];
  }

  #agree(entries: Entry[], json: string | null): void {
    this.#agreed = new Set(entries.map(({ key }) => key));
    this.#written = json;
  }

  #raw(): string | null {
    try {
      return this.storage?.getItem(KEY) ?? null;
    } catch {
      return null;
    }
  }

  /** The newest that fits; where nothing can be kept, the conversation lives as long as the page. */
  #write({ endpoint, entries }: Saved): string | null {
    let kept = entries.slice(-MOST);
    for (;;) {
      const json = JSON.stringify({ version: VERSION, endpoint, entries: kept });
      if (json.length <= LONGEST && this.#put(json)) return json;
      if (kept.length === 0) return this.#raw();
      kept = kept.slice(Math.ceil(kept.length / 4));
    }
  }

  #put(json: string): boolean {
    try {
      this.storage?.setItem(KEY, json);
      return this.storage !== undefined;
    } catch {
      return false;
    }
  }
}

/** What was kept, as far as it makes sense. */
export function parse(raw: string | null): Saved {
  let body: unknown;
  try {
    body = JSON.parse(raw ?? "null");
  } catch {
    return EMPTY;
  }
  if (!isObject(body) || body.version !== VERSION || !Array.isArray(body.entries)) return EMPTY;
  const keys = new Set<string>();
  const entries = body.entries.slice(-MOST).flatMap(readEntry).filter(({ key }) => !keys.has(key) && keys.add(key));
  const endpoint = isEndpoint(text(body.endpoint)) ? text(body.endpoint) : EMPTY.endpoint;
  return { endpoint, entries: withdrawn(settled(entries), endpoint) };
}

function readEntry(value: unknown): Entry[] {
  if (!isObject(value)) return [];
  const key = text(value.key) || newKey();
  const said = text(value.text);
  switch (value.kind) {
    case "user":
    case "note":
      return said ? [{ kind: value.kind, key, text: said }] : [];
    case "answer":
      return said ? [{ kind: value.kind, key, text: said, step: step(value.step) }] : [];
    case "call":
      return readCall(value, key);
    case "failure": {
      const failure = isObject(value.failure) ? value.failure : {};
      return said ? [{ kind: value.kind, key, text: said, failure: { code: text(failure.code) } }] : [];
    }
    default:
      // A list of tools is long, and asked for again in a moment.
      return [];
  }
}

const STATES: CallState[] = ["running", "confirm", "approved", "declined", "withdrawn", "done", "failed", "stopped"];

function readCall(value: Record<string, unknown>, key: string): Call[] {
  const [id, name, target] = [text(value.id), text(value.name), text(value.target)];
  if (!id || !name) return [];
  const state = STATES.find((state) => state === value.state) ?? "stopped";
  const result = isObject(value.result) ? value.result : undefined;
  const call: Call = { kind: "call", key, id, name, step: step(value.step), arguments: asArguments(value.arguments), changes: value.changes === true, state };
  if (target) call.target = target;
  if (text(value.shown)) call.shown = text(value.shown);
  if (isEndpoint(text(value.endpoint))) call.endpoint = text(value.endpoint);
  if (value.direct === true) call.direct = true;
  if (result) call.result = { text: text(result.text), cut: result.cut === true, ...(typeof result.ms === "number" && { ms: result.ms }) };
  else if (state === "done" || state === "failed") call.state = "stopped";
  // A word that was given and not sent is asked for again.
  if (state === "approved") call.state = "confirm";
  // The server writes what is asked, of one endpoint. Without that there is nothing to agree to, and it is asked anew.
  if (call.state === "confirm" && !(call.shown && call.endpoint)) call.state = "stopped";
  return [call];
}

const step = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0);
