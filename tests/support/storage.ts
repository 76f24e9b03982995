// What lies on the disk of a worker that was started with `storage`: every file, and every row of every SQLite database
// (a long value is cut into pages in the file, and whole in its row).
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface TemporaryFolder extends Disposable {
  path: string;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "smcp-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The bytes of all files, and the rows, as one buffer to search in. */
export function dumpStorage(folder: string): Buffer {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const rows = paths.filter((path) => path.endsWith(".sqlite")).flatMap(rowsOf);
  return Buffer.concat([...paths.map((path) => readFileSync(path)), Buffer.from(JSON.stringify(rows, bigintAsText))]);
}

/** The rows of the objects of a class, as the JSON that each keeps. */
export function objectStates(folder: string, className: string): Record<string, unknown>[] {
  return databases(folder, className)
    .flatMap(rowsOf)
    .filter((row) => typeof row.json === "string")
    .map((row) => JSON.parse(row.json as string) as Record<string, unknown>);
}

/** The row of a grant, by the id that its tokens carry. */
export function stateOfGrant(folder: string, grant: string): Record<string, unknown> | undefined {
  const file = `${Buffer.from(grant, "base64url").toString("hex")}.sqlite`;
  const row = databases(folder, "GrantObject").filter((path) => basename(path) === file).flatMap(rowsOf).find(({ json }) => typeof json === "string");
  return row && (JSON.parse(row.json as string) as Record<string, unknown>);
}

/** What is noted of the documents of clients that live grants have: when one was found gone, and whether twice. */
export function documentsIn(folder: string): { gone_since?: number; gone?: boolean }[] {
  const grants = objectStates(folder, "GrantObject") as { active?: { document?: { gone_since?: number; gone?: boolean } } }[];
  return grants.flatMap(({ active }) => active?.document ?? []);
}

/** The tables that the objects of a class made, the runtime's own aside. */
export function tables(folder: string, className: string): string[] {
  return databases(folder, className).flatMap((path) => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name as string);
      return names.filter((name) => !name.startsWith("_cf_"));
    } finally {
      database.close();
    }
  });
}

/** A line of a person's list. */
export interface AccountLine {
  grant: string;
  client_id: string;
  name?: string;
  opened_at: number;
  used_at: number;
  marked?: boolean;
  late?: number;
  skills: string[];
  scope: string[];
}

/** The lists of all people who have one. */
export function accountsIn(folder: string): AccountLine[][] {
  const lists = databases(folder, "AccountObject").map((path) => rowsOf(path).filter((row) => typeof row.json === "string"));
  return lists.filter((rows) => rows.length > 0).map((rows) => rows.map((row) => JSON.parse(row.json as string) as AccountLine));
}

/** What happened, of all people. */
export function eventsIn(folder: string): Record<string, unknown>[] {
  return databases(folder, "AccountObject")
    .flatMap(rowsOf)
    .filter((row) => typeof row.event === "string")
    .map((row) => JSON.parse(row.event as string) as Record<string, unknown>);
}

const bigintAsText = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

/** A database and its write-ahead log. */
const FILES = ["", "-wal"];

/** Copies the files of a database, both as they were at one moment: workerd writes them meanwhile. */
function copyDatabase(path: string, folder: string): void {
  const state = () => FILES.map((suffix) => statSync(path + suffix, { throwIfNoEntry: false, bigint: true })).map((file) => file && `${file.size} ${file.mtimeNs}`).join();
  for (let tries = 0, before = state(); tries < 100; tries += 1) {
    for (const suffix of FILES) {
      rmSync(join(folder, `db${suffix}`), { force: true });
      if (existsSync(path + suffix)) cpSync(path + suffix, join(folder, `db${suffix}`));
    }
    const after = state();
    if (after === before) return;
    before = after;
  }
  throw new Error(`${path} is written all the time`);
}

/** From a copy, with what is still in its write-ahead log: workerd holds the original open. */
function rowsOf(path: string): Record<string, unknown>[] {
  using copy = temporaryFolder();
  copyDatabase(path, copy.path);
  const database = new DatabaseSync(join(copy.path, "db"));
  try {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    return tables.flatMap(({ name }) => {
      const all = database.prepare(`SELECT * FROM "${name}"`);
      // An alarm's nanoseconds do not fit into a number.
      all.setReadBigInts(true);
      return all.all() as Record<string, unknown>[];
    });
  } finally {
    database.close();
  }
}

/**
 * Lets time pass for a worker that is stopped: every time that its objects keep, and every alarm, moves so many seconds
 * into the past. At its next start the alarms that are due go off.
 */
export function age(folder: string, seconds: number): void {
  const now = Date.now() / 1000;
  const older = (_: string, value: unknown) =>
    typeof value === "number" && Math.abs(value - now) < 400 * 86_400 ? value - seconds : value;
  const nanoseconds = BigInt(seconds) * 1_000_000_000n;
  for (const path of databases(folder)) {
    const database = new DatabaseSync(path);
    try {
      const tables = new Set(database.prepare("SELECT name FROM sqlite_master").all().map(({ name }) => name));
      if (tables.has("_cf_ALARM")) database.prepare("UPDATE _cf_ALARM SET scheduled_time = scheduled_time - ?").run(nanoseconds);
      if (tables.has("_cf_METADATA")) database.prepare("UPDATE _cf_METADATA SET value = value - ? WHERE key = 1").run(nanoseconds);
      if (tables.has("state")) {
        for (const { json } of database.prepare("SELECT json FROM state").all()) {
          const moved = JSON.stringify(JSON.parse(json as string, older));
          database.prepare("UPDATE state SET json = ?").run(moved);
        }
      }
      if (tables.has("ended")) database.prepare("UPDATE ended SET until = until - ?").run(seconds);
      if (tables.has("lines") && database.prepare("SELECT 1 FROM pragma_table_info('lines') WHERE name = 'id'").get()) {
        for (const { id, json } of database.prepare("SELECT id, json FROM lines").all()) {
          const moved = JSON.stringify(JSON.parse(json as string, older));
          database.prepare("UPDATE lines SET json = ?, opened_at = opened_at - ? WHERE id = ?").run(moved, seconds, id!);
        }
      }
      if (tables.has("events")) database.prepare("UPDATE events SET at = at - ?").run(seconds);
      if (tables.has("deleted")) database.prepare("UPDATE deleted SET at = at - ?").run(seconds);
    } finally {
      database.close();
    }
  }
}

/** Changes the tables of the objects of a class that have some, for a worker that is stopped. */
export function alter(folder: string, className: string, statement: string): void {
  for (const path of databases(folder, className)) {
    const database = new DatabaseSync(path);
    try {
      if (database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'").get()) database.exec(statement);
    } finally {
      database.close();
    }
  }
}

/** The files of the objects of a class, of all classes where none is named. */
export function databases(folder: string, className = ""): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.startsWith("do/") && name.includes(className) && name.endsWith(".sqlite"))
    .map((name) => join(folder, name));
}
