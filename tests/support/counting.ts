// Modules in front of the worker's that count what Cloudflare would: calls of objects, rows, operations of KV, fetches;
// and the size of the worker's wasm memory, which no inspector shows.
import type { TestWorker } from "./worker.ts";

export interface Counted {
  /** Requests that the worker answered. */
  requests: number;
  kvReads: number;
  kvWrites: number;
  /** Messages to objects, and alarms of theirs that rang. */
  objectRequests: number;
  alarms: number;
  /** As SQLite counts them; setting an alarm writes one more. */
  rowsRead: number;
  rowsWritten: number;
  /** Fetches to other servers. */
  fetches: number;
  /** Lines in the log, and their bytes. */
  lines: number;
  lineBytes: number;
}

const PATH = "/proof-counters";

const hook = `
export const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) { super(...given); memories.push(this.exports.memory); }
};
const none = () => ({ requests: 0, kvReads: 0, kvWrites: 0, objectRequests: 0, alarms: 0, rowsRead: 0, rowsWritten: 0, fetches: 0, lines: 0, lineBytes: 0 });
export let counted = none();
let cursors = [];
export function taken() {
  for (const { rowsRead, rowsWritten } of cursors) { counted.rowsRead += rowsRead; counted.rowsWritten += rowsWritten; }
  const before = counted;
  [counted, cursors] = [none(), []];
  return before;
}
const patched = new Set();
export function patch(object, changes) {
  const prototype = Object.getPrototypeOf(object);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  for (const [name, seen] of Object.entries(changes)) {
    const original = prototype[name];
    prototype[name] = function (...given) { const answer = original.apply(this, given); seen(answer); return answer; };
  }
}
export const ofKv = { get: () => counted.kvReads++, getWithMetadata: () => counted.kvReads++, put: () => counted.kvWrites++, delete: () => counted.kvWrites++ };
export const ofSql = { exec: (cursor) => cursors.push(cursor) };
export const ofStorage = { setAlarm: () => counted.rowsWritten++ };
const fetch = globalThis.fetch;
globalThis.fetch = (...given) => { counted.fetches++; return fetch(...given); };
for (const name of ["log", "info", "warn", "error"]) {
  const original = console[name];
  console[name] = (...given) => {
    counted.lines++;
    counted.lineBytes += given.reduce((sum, each) => sum + String(each).length, 0);
    original(...given);
  };
}
`;

const entry = (script: string) => `
import { counted, memories, ofKv, ofSql, ofStorage, patch, taken } from "./proof-hook.js";
import worker, * as all from "./${script}";
export * from "./${script}";
const counting = (Base) => class extends Base {
  constructor(state, env) {
    super(state, env);
    patch(state.storage.sql, ofSql);
    patch(state.storage, ofStorage);
  }
  fetch(...given) { counted.objectRequests++; return super.fetch(...given); }
  alarm(...given) { counted.alarms++; return super.alarm(...given); }
};
export const GrantObject = counting(all.GrantObject);
export const AccountObject = counting(all.AccountObject);
export const OnceObject = counting(all.OnceObject);
export default {
  fetch(request, env, context) {
    if (new URL(request.url).pathname === "${PATH}") {
      const wasm = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
      return Response.json({ counted: taken(), wasm });
    }
    patch(env.OAUTH_KV, ofKv);
    counted.requests++;
    return worker.fetch(request, env, context);
  },
};
`;

/** For `startWorker`. */
export const inFront = (script: string): Record<string, string> => ({ "proof-entry.js": entry(script), "proof-hook.js": hook });

/** What was counted since the last time. */
export async function counted(worker: TestWorker): Promise<Counted> {
  return (await ask(worker)).counted;
}

/** Of all instances of the worker in this process. */
export async function wasmBytes(worker: TestWorker): Promise<number> {
  const { wasm } = await ask(worker);
  if (!(wasm > 0)) throw new Error("the worker's wasm memory was not found");
  return wasm;
}

async function ask(worker: TestWorker): Promise<{ counted: Counted; wasm: number }> {
  const response = await worker.fetch(PATH);
  if (response.status !== 200) throw new Error(`the counters: ${response.status} ${await response.text()}`);
  return (await response.json()) as { counted: Counted; wasm: number };
}
