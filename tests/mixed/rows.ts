// The rows of all objects of a worker that is stopped, to be read and changed.
import { DatabaseSync } from "node:sqlite";
import { databases } from "../support/storage.ts";

type Json = Record<string, unknown>;

/** What a row is of: its object's class, its kind, and its JSON. */
export interface StoredRow {
  className: string;
  kind: string;
  text: string;
  /** In seconds from now; undefined where the object has no alarm. */
  alarm?: number;
}

const CLASSES = ["GrantObject", "AccountObject", "OnceObject"];

/** Puts another text in the place of each row, and answers what is there then. */
export function everyRow(folder: string, change: (row: StoredRow) => string = ({ text }) => text): StoredRow[] {
  return CLASSES.flatMap((className) => databases(folder, className).flatMap((path) => rowsOf(path, className, change)));
}

function rowsOf(path: string, className: string, change: (row: StoredRow) => string): StoredRow[] {
  const database = new DatabaseSync(path);
  try {
    const tables = new Set(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name as string));
    const alarm = tables.has("_cf_METADATA") ? alarmOf(database) : undefined;
    return ["state", "lines"].filter((table) => tables.has(table)).flatMap((table) => {
      const found = database.prepare(`SELECT id, json FROM ${table} ORDER BY id`).all() as { id: string; json: string }[];
      return found.map(({ id, json }) => {
        const row = { className, kind: kindOf(JSON.parse(json)), text: json, alarm };
        const text = change(row);
        if (text !== json) database.prepare(`UPDATE ${table} SET json = ? WHERE id = ?`).run(text, id);
        return { ...row, text };
      });
    });
  } finally {
    database.close();
  }
}

function alarmOf(database: DatabaseSync): number | undefined {
  const at = database.prepare("SELECT CAST(value / 1000000000 AS INTEGER) AS at FROM _cf_METADATA WHERE key = 1").get()?.at as number | null | undefined;
  return at ? at - Date.now() / 1000 : undefined;
}

function kindOf(row: unknown): string {
  if (row === true) return "claim";
  const names = Object.keys(row as Json);
  return names.length === 1 ? names[0]! : names.includes("lifetime") ? "claim" : "line";
}

/** The row as a later release might have written it: with these versions, and in every object a member more. */
export function later({ kind, text }: StoredRow, versions: [row: number, security: number]): string {
  const row = grown(JSON.parse(text), "") as Json | true;
  if (row === true) return JSON.stringify({ v: versions, lifetime: 60, later: { at: "" } });
  const { v: _, ...members } = kind === "line" ? row : (row[kind] as Json);
  const content = { v: versions, ...members };
  return JSON.stringify(kind === "line" ? content : { [kind]: content });
}

function grown(value: unknown, place: string): unknown {
  if (Array.isArray(value)) return value.map((one) => grown(one, place));
  if (typeof value !== "object" || value === null) return value;
  // News that were not told yet are variants, each the only member of its object.
  const members = Object.entries(value).map(([name, inner]) => [name, name === "outbox" ? inner : grown(inner, `${place}.${name}`)]);
  return { ...Object.fromEntries(members), later: { at: place } };
}

/** The members of a row's content. */
export function content({ kind, text }: StoredRow): Json {
  const row = JSON.parse(text) as Json;
  return kind === "line" || kind === "claim" ? row : (row[kind] as Json);
}
