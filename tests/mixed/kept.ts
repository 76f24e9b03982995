// What a release has stored, kept as a file: all rows of its objects, its registrations, and what the people and clients
// of that time hold. Put back with its times moved to today's, under a Sentry whose address never changes.
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Request, fetch as plainFetch } from "miniflare";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { Person } from "../support/person.ts";
import { databases } from "../support/storage.ts";
import type { TestWorker, WorkerOptions } from "../support/worker.ts";
import type { HeldRows } from "./flows.ts";

type Cell = string | number;

export interface KeptObject {
  className: string;
  id: string;
  /** How its tables and indexes are made. */
  schema: string[];
  rows: Record<string, Record<string, Cell>[]>;
}

export interface Kept {
  /** Of the release that wrote it. */
  commit: string;
  /** When, in seconds. */
  at: number;
  objects: KeptObject[];
  registrations: Record<string, string>;
  held: HeldRows;
}

/** An account's object is named by its Sentry's address: this one leads to wherever the local Sentry is. */
export const SENTRY = "http://127.0.0.1:9";

const folder = join(import.meta.dirname, "rows");

export function keptFiles(): Kept[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Kept);
}

export const fileOf = (commit: string) => join(folder, `${commit.slice(0, 7)}.json`);

/** A worker that knows the local Sentry by the address above. Its API takes the tokens of any time for those of today. */
export function underOneAddress(sentry: DemoSentry): WorkerOptions {
  let token = "";
  return {
    sentry: SENTRY,
    outgoing: async (request) => {
      const url = new URL(request.url);
      if (url.origin !== SENTRY) return undefined;
      const headers = Object.fromEntries(request.headers);
      if (url.pathname.startsWith("/api/") && token) headers.authorization = `Bearer ${token}`;
      const body = request.method === "GET" ? undefined : await request.text();
      const answer = await plainFetch(new Request(sentry.url + url.pathname + url.search, { method: request.method, headers, body }), { redirect: "manual" });
      if (url.pathname === "/oauth/token/") token = ((await answer.clone().json()) as { access_token: string }).access_token;
      return answer;
    },
  };
}

/** Somebody whose browser does too. */
export function personUnderIt(sentry: DemoSentry): Person {
  return new Person({ fetch: (url, init) => fetch(url.origin === SENTRY ? new URL(url.pathname + url.search, sentry.url) : url, init) });
}

/** What lies in the storage of a worker that is stopped. */
export function objectsIn(storage: string): KeptObject[] {
  return databases(storage).flatMap((path) => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const schema = database.prepare("SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'").all();
      const tables = schema.filter(({ type }) => type === "table").map(({ name }) => name as string);
      if (tables.length === 0) return [];
      const rows = tables.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).all()]);
      const className = basename(dirname(path)).replace(/^.*-/, "");
      return [{ className, id: basename(path, ".sqlite"), schema: schema.map(({ sql }) => sql as string), rows: Object.fromEntries(rows) as KeptObject["rows"] }];
    } finally {
      database.close();
    }
  });
}

/** Puts it into the storage of a worker that has never run. */
export function putBack({ objects, at }: Kept, storage: string): void {
  for (const { className, id, schema, rows } of objects) {
    const path = join(storage, "do", `worker-${className}`, `${id}.sqlite`);
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path);
    for (const sql of schema) database.exec(sql);
    for (const [table, all] of Object.entries(rows)) {
      for (const row of all) {
        const values = Object.values(row).map((cell) => moved(cell, at));
        database.prepare(`INSERT INTO "${table}" (${Object.keys(row).join()}) VALUES (${values.map(() => "?").join()})`).run(...values);
      }
    }
    database.close();
  }
}

interface Namespace {
  put(key: string, value: string): Promise<void>;
  get(key: string): Promise<string | null>;
  list(): Promise<{ keys: { name: string }[] }>;
}

const kvOf = async (worker: TestWorker) => (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace;

/** And its registrations, once it runs. */
export async function registerAgain({ registrations, at }: Kept, worker: TestWorker): Promise<void> {
  const kv = await kvOf(worker);
  for (const [key, value] of Object.entries(registrations)) await kv.put(key, moved(value, at) as string);
}

export async function registrationsOf(worker: TestWorker): Promise<Record<string, string>> {
  const kv = await kvOf(worker);
  const { keys } = await kv.list();
  return Object.fromEntries(await Promise.all(keys.map(async ({ name }) => [name, (await kv.get(name))!] as const)));
}

/** Every time in it, a year around then, as long before or after now. */
function moved(cell: Cell, at: number): SQLInputValue {
  const by = Math.floor(Date.now() / 1000) - at;
  const later = (value: unknown) => (typeof value === "number" && Math.abs(value - at) < 400 * 86_400 ? value + by : value);
  return typeof cell === "string" ? (cell.startsWith("{") ? JSON.stringify(JSON.parse(cell, (_, value) => later(value))) : cell) : (later(cell) as number);
}
