// One question to the server, and its answer as it comes.
import type { Failure } from "./failures.ts";
import { type ChatEvent, type ChatRequest, isObject, readEvent, text } from "./protocol.ts";
import { EventParser } from "./sse.ts";

/** What is thrown where there is no answer, or none to the end. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

/** Every event of the answer; the last one is `done`. Throws `Failed`, or the abort. */
export async function* ask(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent> {
  const response = await post("/api/chat", request, signal);
  if (!response.ok) throw new Failed(await refusal(response));
  if (!response.body) throw new Failed({ code: "broken_off" });
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array<ArrayBuffer>>).getReader();
  try {
    for (;;) {
      const { value, done } = await read(reader, signal);
      if (done) break;
      for (const { event, data } of pieces(parser, value)) {
        const known = readEvent(event, data);
        if (known) yield known;
        if (known?.type === "done") return;
      }
    }
  } finally {
    // Whoever stops reading tells the server, which then stops as well.
    reader.cancel().catch(() => {});
  }
  throw new Failed({ code: "broken_off" });
}

export async function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal };
  try {
    return await fetch(path, init);
  } catch {
    signal?.throwIfAborted();
    throw new Failed({ code: "offline" });
  }
}

function pieces(parser: EventParser, piece: string) {
  try {
    return parser.push(piece);
  } catch {
    throw new Failed({ code: "broken_off" });
  }
}

async function read(reader: ReadableStreamDefaultReader<string>, signal: AbortSignal) {
  try {
    return await reader.read();
  } catch {
    signal.throwIfAborted();
    throw new Failed({ code: "broken_off" });
  }
}

async function refusal(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined);
  const said = isObject(body) ? body : {};
  const after = Number(response.headers.get("retry-after"));
  return {
    code: text(said.error) || (response.status === 413 ? "too_long" : `http_${response.status}`),
    message: text(said.error_description) || undefined,
    requestId: response.headers.get("x-request-id") ?? undefined,
    after: after > 0 ? after : undefined,
  };
}
