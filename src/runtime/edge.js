// The runtime as Rust asks for it: one call for one errand. Each crossing between wasm and JavaScript costs, and so does
// each promise that wasm waits for; what must be awaited on the way is awaited here, where that is cheap. `atReset` is of
// turns.js, put in by scripts/bundle.mjs.

/** The headers that handlers ask for: read together. Any other is asked for by itself. */
const HEADERS = [
  "accept",
  "access-control-request-headers",
  "authorization",
  "content-length",
  "content-type",
  "cookie",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "origin",
  "sec-fetch-site",
  "user-agent",
];

/** Method, URL, address, time, a number that tells requests apart, and the caller's trace, one a line: what every request needs. */
export function requestHead(request) {
  const part = () => Math.floor(Math.random() * 2 ** 32).toString(16).padStart(8, "0");
  const { headers } = request;
  const address = headers.get("cf-connecting-ip") ?? "";
  const trace = headers.get("traceparent") ?? "";
  return [request.method, request.url, address, Date.now(), part() + part() + part() + part(), trace].join("\n");
}

/** The headers, one a line; one that is there begins with "=". No value can hold a line break. */
export function requestHeaders({ headers }) {
  let lines = "";
  for (const name of HEADERS) {
    const value = headers.get(name);
    lines += value === null ? `${name}\n` : `${name}=${value}\n`;
  }
  return lines;
}

export function requestHeader(request, name) {
  return request.headers.get(name) ?? undefined;
}

/** The whole body; undefined where it has more than `limit` bytes, of which no more are read then. */
export async function requestBody(request, limit) {
  return request.body === null ? new Uint8Array() : bytesOf(request, limit);
}

/** `head`: names and values in turn, one a line. */
export function answer(status, head, body) {
  if (head.startsWith("content-type\nimage/png\n")) body = Uint8Array.from(body, (byte) => byte.charCodeAt(0));
  return new Response(body === "" ? null : body, { status, headers: pairsOf(head) });
}

/** A request of this server to itself, as it would come from outside. */
export function ownRequest(method, url, head, body) {
  return new Request(url, { method, headers: pairsOf(head), body });
}

/** So many bytes wait for a reader; a writer waits with the next ones. */
const WAITING = 64 * 1024;

/** The body of an answer that is written in pieces, until its reader leaves or its time is over. */
export class Outlet {
  #stop = new AbortController();
  #controller;
  #wake = () => {};

  constructor(milliseconds) {
    this.gone = false;
    this.late = false;
    this.signal = this.#stop.signal;
    const isReset = Promise.withResolvers();
    const settled = atReset(isReset.resolve);
    // Awaited: the stream belongs to this request, and it is another one that finds the instance dead.
    isReset.promise.then((error) => {
      end("late");
      if (!this.gone) this.#controller.error(error);
    });
    const end = (how) => {
      clearTimeout(timer);
      this[how] ||= true;
      this.#stop.abort();
      this.#wake();
    };
    const timer = setTimeout(end, milliseconds, "late");
    this.cancel = () => {
      settled();
      end("gone");
    };
    this.body = new ReadableStream(
      {
        start: (controller) => void (this.#controller = controller),
        pull: () => this.#wake(),
        cancel: this.cancel,
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WAITING }),
    );
    /** Resolves when nothing more is to be done. */
    this.ended = new Promise((resolve) => this.signal.addEventListener("abort", () => resolve()));
    this.close = () => {
      clearTimeout(timer);
      settled();
      if (!this.gone) this.#controller.close();
    };
  }

  write(text) {
    if (!this.gone) this.#controller.enqueue(new TextEncoder().encode(text));
  }

  /** Resolves when the reader has taken so much that there is room for more. */
  async room() {
    while (this.#controller.desiredSize <= 0 && !this.signal.aborted) {
      await new Promise((resolve) => void (this.#wake = resolve));
    }
  }
}

/** As `answer`, of a body that is written in pieces from now on. */
export function answerInPieces(status, head, outlet) {
  return new Response(outlet.body, { status, headers: pairsOf(head) });
}

/** Sends a request and begins to read its answer: [status, type, reader]. It ends with the outlet that it is for, and waits for it. */
export async function begin(outlet, url, head, body, milliseconds) {
  await outlet.room();
  const signal = AbortSignal.any([outlet.signal, AbortSignal.timeout(milliseconds)]);
  const response = await fetch(url, { method: "POST", headers: pairsOf(head), body, redirect: "manual", signal });
  return [response.status, response.headers.get("content-type") ?? "", (response.body ?? new Response("").body).getReader()];
}

/** The next piece; undefined after the last one. */
export async function piece(outlet, reader) {
  await outlet.room();
  return (await reader.read()).value;
}

/** What comes after it is not wanted. */
export function stopReading(reader) {
  reader.cancel().catch(() => {});
}

/** So many bytes of answers are read at once. */
const ROOM = 32 * 1024 * 1024;

/** Those that are being read: how many bytes each has brought, and when it has ended, whether or not we were told. */
const reading = new Set();

/** Whether there is room for so many bytes more of this answer. */
function hasRoom(answer, bytes) {
  const now = Date.now();
  let taken = bytes;
  for (const other of reading) {
    if (other.ends < now) reading.delete(other); // its request was given up, and nothing of it runs any more
    else taken += other.bytes;
  }
  if (taken > ROOM) return false;
  answer.bytes += bytes;
  return true;
}

/**
 * Sends a request: [status, head, body]. What fails is told by the name of its error; a body that is too long is undefined,
 * one for which there is no room is null, and one that did not come is the error. `limits`: milliseconds, bytes, and the
 * statuses whose bodies are read, from and to.
 */
export async function send(method, url, head, body, [milliseconds, limit, first, last]) {
  const signal = AbortSignal.timeout(milliseconds);
  const response = await fetch(url, { method, headers: pairsOf(head), body, redirect: "manual", signal });
  let headers = "";
  for (const [name, value] of response.headers) headers += `${name}\n${value}\n`;
  const isRead = first <= response.status && response.status <= last;
  if (!isRead) response.body?.cancel().catch(() => {});
  if (!isRead || response.body === null) return [response.status, headers, new Uint8Array()];
  const answer = { bytes: 0, ends: Date.now() + milliseconds };
  reading.add(answer);
  const content = await bytesOf(response, limit, (bytes) => hasRoom(answer, bytes)).catch((error) => error);
  reading.delete(answer);
  return [response.status, headers, content];
}

/** A variable or secret as text: one that wrangler.toml has as a number or a list, as JSON. */
export function variable(env, name) {
  const value = env[name];
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

export function isBound(env, binding) {
  return env[binding] !== undefined;
}

/** A static file as text, if it is there; of a picture, a character for each byte. */
export async function asset(env, binding, path) {
  const file = await env[binding].fetch(`https://assets${path}`);
  if (file.status !== 200) return undefined;
  if (!path.endsWith(".png")) return file.text();
  return Array.from(new Uint8Array(await file.arrayBuffer()), (byte) => String.fromCharCode(byte)).join("");
}

export function kvGet(env, binding, key) {
  return env[binding].get(key);
}

export function kvPut(env, binding, key, value, seconds) {
  return env[binding].put(key, value, { expirationTtl: seconds });
}

/** The objects of a binding, in the jurisdiction of this deployment if it has one (ADR 127). */
function objects(env, binding) {
  return env.JURISDICTION ? env[binding].jurisdiction(env.JURISDICTION) : env[binding];
}

export function newObjectId(env, binding) {
  return objects(env, binding).newUniqueId().toString();
}

/**
 * Sends a message to the object with this id: as `ask`; undefined for an id that is none of this namespace. An id knows its
 * jurisdiction, so the whole namespace is asked: what was opened before there was one goes on.
 */
export function askById(env, binding, id, message, version) {
  const namespace = env[binding];
  let known;
  try {
    known = namespace.idFromString(id);
  } catch {
    return undefined;
  }
  return ask(namespace.get(known), message, version);
}

export function askByName(env, binding, name, message, version) {
  return ask(objects(env, binding).getByName(name), message, version);
}

/** The reply to a message of this version, as text; where the object has none, the status that says why, as a number. */
async function ask(object, message, version) {
  const headers = { "messages-version": version };
  let answered;
  try {
    answered = await object.fetch("https://object/", { method: "POST", headers, body: message });
  } catch (error) {
    // Objects of version 1 know no better answer to a message that came later.
    if (/\bunknown variant\b|\bdid not match any variant\b/.test(error.message)) return 501;
    throw error;
  }
  const text = await answered.text();
  return answered.status === 200 ? text : answered.status;
}

/** The message that `ask` sent. */
export function messageOf(request) {
  return request.text();
}

/** The row of an object; no table until the first write, so that an id that was never used costs no storage. */
export function readRow(storage) {
  const { sql } = storage;
  const tables = sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'state'").toArray();
  return tables.length === 0 ? undefined : sql.exec("SELECT json FROM state WHERE id = 1").toArray()[0]?.json;
}

/**
 * Writes the row, and before it the alarm where there is one: nothing comes between them, so they are stored as one, and
 * no answer leaves the object before. The first write of every object has an alarm, and finds no table.
 */
export function writeRow(storage, json, alarmIn) {
  if (alarmIn !== undefined) {
    setAlarm(storage, alarmIn);
    storage.sql.exec("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)");
  }
  storage.sql.exec("INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)", json);
}

/** The rows that a statement gives, as a list of the JSON in each one's column `json`. */
export function rows(storage, statement, values) {
  return `[${storage.sql.exec(statement, ...JSON.parse(values)).toArray().map(({ json }) => json).join()}]`;
}

export function setAlarm(storage, milliseconds) {
  return storage.setAlarm(Date.now() + milliseconds);
}

/** Whether so many more are within a limit, which counts one at a time. */
export async function withinLimit(env, binding, key, times) {
  for (let one = 0; one < times; one += 1) {
    if (!(await env[binding].limit({ key })).success) return false;
  }
  return true;
}

export function dataPoint(env, binding, index, blobs, doubles) {
  env[binding].writeDataPoint({ indexes: [index], blobs: blobs.split("\n"), doubles: [...doubles] });
}

function pairsOf(head) {
  const lines = head.split("\n");
  const pairs = [];
  for (let i = 0; i + 1 < lines.length; i += 2) pairs.push([lines[i], lines[i + 1]]);
  return pairs;
}

/** `hasRoom` takes so many bytes; where it cannot, the body is null. */
async function bytesOf(message, limit, hasRoom = () => true) {
  const { headers } = message;
  // The sender is held to the length that it announced; what was packed is longer than that.
  const announced = headers.has("content-encoding") ? Number.NaN : Number(headers.get("content-length") ?? Number.NaN);
  if (announced > limit || (announced <= limit && !hasRoom(announced))) {
    await message.body.cancel();
    return announced > limit ? undefined : null;
  }
  if (announced <= limit) {
    const whole = await message.bytes();
    return whole.length > limit ? undefined : whole;
  }
  const chunks = [];
  let length = 0;
  for await (const chunk of message.body) {
    length += chunk.length;
    if (length > limit) return undefined; // which cancels the stream
    if (!hasRoom(chunk.length)) return null;
    chunks.push(chunk);
  }
  if (chunks.length === 1) return chunks[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
