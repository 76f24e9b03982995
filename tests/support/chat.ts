// The chat as its page uses it: signing in through its own endpoints, and questions whose answers come as events.
import { type Choices, Person } from "./person.ts";
import type { TestWorker } from "./worker.ts";

export interface ChatEvent {
  name: string;
  data: Record<string, any>;
}

export interface Status {
  authenticated: boolean;
  user?: { name: string };
  model?: string;
  sentry?: string;
}

/** A conversation in a page: the messages that it keeps, and sends again each time. */
export type ChatMessage =
  | { role: "user"; content: string }
  | { role: "assistant"; content: string; tool_calls?: { id: string; type: "function"; function: { name: string; arguments: string } }[] }
  | { role: "tool"; tool_call_id: string; content: string };

export interface Posted {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string;
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
}

/** A browser with the chat's page open. */
export class Chat {
  readonly person: Person;
  /** Every answer of this server so far, as a text: status line, headers but cookies, body. */
  readonly seen: string[] = [];
  readonly #origin: string;
  readonly #fetch: (url: URL, init: RequestInit) => Promise<Response>;

  /** `origin`: another than the worker's own, as it would be on Cloudflare. */
  constructor(worker: TestWorker, origin = worker.origin) {
    this.#origin = origin;
    this.#fetch = (url, init) =>
      url.origin === origin && origin !== worker.origin
        ? (worker.at(url.href, init as object) as unknown as Promise<Response>)
        : fetch(url, init);
    this.person = new Person({ fetch: this.#fetch });
  }

  url(path: string): URL {
    return new URL(path, this.#origin);
  }

  get cookies(): Map<string, string> {
    const host = this.url("/").host;
    const cookies = this.person.cookies.get(host) ?? new Map<string, string>();
    this.person.cookies.set(host, cookies);
    return cookies;
  }

  /** The cookie that holds its tokens. */
  get session(): string | undefined {
    return this.cookies.get("smcp_chat") ?? this.cookies.get("__Host-smcp_chat");
  }

  /** Where the browser is sent to sign in. */
  async begin(path = "/api/auth/authorize"): Promise<URL> {
    const response = await this.person.request(this.url(path));
    if (response.status !== 302) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return new URL(response.headers.get("location")!, this.#origin);
  }

  /** Comes back with the client's redirect: where the browser lands. */
  async land(callback: URL): Promise<string> {
    const response = await this.person.request(callback);
    if (response.status !== 302) throw new Error(`${callback.pathname}: ${response.status} ${await response.text()}`);
    return response.headers.get("location")!;
  }

  /** The whole way; where the browser lands. */
  async signIn(choices: Choices = {}, path?: string): Promise<string> {
    return this.land(await this.person.authorize(await this.begin(path), choices));
  }

  async status(): Promise<Status> {
    const response = await this.person.request(this.url("/api/auth/status"), undefined, { accept: "application/json" });
    if (response.status !== 200) throw new Error(`status: ${response.status} ${await response.text()}`);
    return (await response.json()) as Status;
  }

  /** A POST of the page's script. */
  async post(path: string, { body, raw, headers = {}, signal }: Posted = {}): Promise<Response> {
    const sent: Record<string, string> = {};
    const usual = { "content-type": "application/json", origin: this.#origin, "sec-fetch-site": "same-origin" };
    for (const [name, value] of Object.entries({ ...usual, ...headers })) if (value !== undefined) sent[name] = value;
    sent.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await this.#fetch(this.url(path), { method: "POST", headers: sent, body: raw ?? JSON.stringify(body ?? {}), signal });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name && /max-age=0/i.test(line)) this.cookies.delete(name);
      else if (name) this.cookies.set(name, value ?? "");
    }
    return response;
  }

  /** `POST /api/chat`, to its end. */
  async ask(body: unknown): Promise<ChatEvent[]> {
    const response = await this.post("/api/chat", { body });
    const text = await response.text();
    this.seen.push(text);
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    return readEvents(text);
  }

  /** Asks in words. */
  question(content: string, more: Record<string, unknown> = {}): Promise<ChatEvent[]> {
    return this.ask({ endpoint: "/mcp", messages: [{ role: "user", content }], ...more });
  }

  /** `<status> <error>` of a POST that is refused before it begins. */
  async refused(posted: Posted, path = "/api/chat"): Promise<string> {
    const response = await this.post(path, posted);
    const text = await response.text();
    return `${response.status} ${(JSON.parse(text) as { error: string }).error}`;
  }
}

export function readEvents(text: string): ChatEvent[] {
  return text
    .split("\n\n")
    .filter((part) => part.trim() !== "" && !part.startsWith(":"))
    .map((part) => {
      const found = /^event: (\w+)\ndata: (.*)$/.exec(part);
      if (!found) throw new Error(`no event: ${JSON.stringify(part)}`);
      return { name: found[1]!, data: JSON.parse(found[2]!) as Record<string, any> };
    });
}

export const textOf = (events: ChatEvent[]): string =>
  events.filter(({ name }) => name === "text").map(({ data }) => data.delta as string).join("");
export const named = (events: ChatEvent[], name: string) => events.filter((event) => event.name === name).map(({ data }) => data);
/** How it ended: the code of an error, or the reason. */
export const endOf = (events: ChatEvent[]): string =>
  (named(events, "error")[0]?.code as string | undefined) ?? (events.at(-1)?.data.reason as string);

/** The conversation after these events, as the page keeps it: one message of the model for each of its turns. */
export function goOn(messages: ChatMessage[], events: ChatEvent[]): ChatMessage[] {
  const all = [...messages];
  for (const { name, data } of events) {
    const last = all.at(-1);
    const current = last?.role === "assistant" ? last : undefined;
    if (name === "text") {
      if (current) current.content += data.delta;
      else all.push({ role: "assistant", content: data.delta });
    } else if (name === "tool_call" || name === "confirm") {
      const known = all.some((message) => message.role === "assistant" && message.tool_calls?.some(({ id }) => id === data.id));
      if (known) continue;
      const call = { id: data.id, type: "function" as const, function: { name: data.name, arguments: data.shown ?? JSON.stringify(data.arguments) } };
      if (current) current.tool_calls = [...(current.tool_calls ?? []), call];
      else all.push({ role: "assistant", content: "", tool_calls: [call] });
    } else if (name === "tool_result") {
      all.push({ role: "tool", tool_call_id: data.id, content: data.text });
    }
  }
  return all;
}
