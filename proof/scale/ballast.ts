// Storage as it would lie there among many grants: their objects, the lists of their people, the registrations of their
// clients. What is only there to be many is made of a few templates, which the file system holds once (hard links): a
// name of its own for each, and no bytes. docs/SCALE.md says what that shows and what it does not.
import { randomBytes } from "node:crypto";
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { databases } from "../../tests/support/storage.ts";

/** How many names one file may have on common file systems. */
const LINKS = 60_000;
/** Connections of one person, of so many clients. */
const CLIENTS_OF_A_PERSON = 3;
/** More connections than this nobody has. */
const MOST_LINES = 10_000;

/** Of a stopped worker that has a grant, an account and a registration. Answers what was made. */
export function addBallast(folder: string, grants: number, subject: { list: string }): string {
  const people = Math.ceil(grants / CLIENTS_OF_A_PERSON);
  linkObjects(folder, "GrantObject", grants);
  linkObjects(folder, "AccountObject", people);
  registrations(folder, grants);
  const lines = Math.min(grants, MOST_LINES);
  addLines(subject.list, lines);
  return `${grants} grants, ${people} lists of people, ${grants} registrations; ${lines} lines in the list of the person who is measured`;
}

/** The list in which the most lines are: of the person who is measured. */
export function longestList(folder: string): string {
  const count = (path: string) => {
    const database = new DatabaseSync(path);
    const there = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'lines'").get();
    const lines = there ? (database.prepare("SELECT count(*) AS n FROM lines").get() as { n: number }).n : 0;
    database.close();
    return lines;
  };
  return objectsOf(folder, "AccountObject").reduce((most, path) => (count(path) > count(most) ? path : most));
}

const objectsOf = (folder: string, className: string) => databases(folder, className).filter((path) => basename(path) !== "metadata.sqlite");

function linkObjects(folder: string, className: string, count: number): void {
  const [first] = objectsOf(folder, className);
  if (!first) throw new Error(`there is no ${className} to copy`);
  settle(first);
  const template = join(folder, `${className}.template`);
  copyFileSync(first, template);
  linkMany(template, dirname(first), count, () => `${randomBytes(32).toString("hex")}.sqlite`);
}

/** In the one database of Miniflare's namespace, and its values in files. */
function registrations(folder: string, count: number): void {
  const [path] = kvDatabases(folder);
  if (!path) throw new Error("there is no namespace");
  const blobs = join(folder, "kv", "local", "blobs");
  const [blob] = readdirSync(blobs);
  if (!blob) throw new Error("there is no registration to copy");
  const template = join(folder, "registration.template");
  copyFileSync(join(blobs, blob), template);
  const database = new DatabaseSync(path);
  const expiration = Date.now() + 80 * 86_400_000;
  const insert = database.prepare("INSERT INTO _mf_entries (key, blob_id, expiration, metadata) VALUES (?, ?, ?, NULL)");
  database.exec("BEGIN");
  linkMany(template, blobs, count, () => {
    const id = randomBytes(40).toString("hex");
    insert.run(`client:${id.slice(0, 22)}`, id, expiration);
    return id;
  });
  database.exec("COMMIT");
  database.close();
}

function kvDatabases(folder: string): string[] {
  const objects = join(folder, "kv", "miniflare-KVNamespaceObject");
  return readdirSync(objects).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)).map((name) => join(objects, name));
}

function addLines(path: string, count: number): void {
  const database = new DatabaseSync(path);
  const columns = (database.prepare("SELECT name FROM pragma_table_info('lines')").all() as { name: string }[]).map(({ name }) => name);
  const row = database.prepare("SELECT * FROM lines LIMIT 1").get() as Record<string, string | number>;
  const insert = database.prepare(`INSERT INTO lines (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`);
  database.exec("BEGIN");
  for (let n = 0; n < count; n += 1) {
    const [id, client] = [randomBytes(32).toString("base64url"), randomBytes(16).toString("base64url")];
    const line = { ...(JSON.parse(row.json as string) as object), grant: id, client_id: client };
    const made: Record<string, string | number> = { ...row, id, client, opened_at: Number(row.opened_at) - 1 - n, json: JSON.stringify({ ...line, opened_at: Number(row.opened_at) - 1 - n }) };
    insert.run(...columns.map((name) => made[name] ?? null));
  }
  database.exec("COMMIT");
  database.close();
}

/** What is in the write-ahead log goes into the file itself. */
function settle(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

function linkMany(template: string, folder: string, count: number, name: () => string): void {
  mkdirSync(folder, { recursive: true });
  for (let made = 0; made < count; made += LINKS) {
    const copy = `${template}.${made}`;
    copyFileSync(template, copy);
    for (let n = made; n < Math.min(count, made + LINKS); n += 1) linkSync(copy, join(folder, name()));
    rmSync(copy);
  }
  rmSync(template);
}
