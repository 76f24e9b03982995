// What a stopped worker has left on disk: its grants, the lines of people's lists, and whether they belong together.
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { databases } from "../../tests/support/storage.ts";

export type Phase = "pending" | "active" | "closed";

export interface GrantRow {
  phase: Phase;
  subject?: string;
  accesses: number;
}

export interface Rows {
  /** By the grant's id. */
  grants: Map<string, GrantRow>;
  /** The grant of each line, with the file of the list that it stands in. */
  lines: { grant: string; list: string }[];
  /** How many objects keep something that may be used once. */
  once: number;
  /** How many entries KV has. */
  entries: number;
}

export function readRows(folder: string): Rows {
  const grants = new Map<string, GrantRow>();
  for (const path of databases(folder, "GrantObject")) {
    const row = rowsOf(path, "state").map(grantRow).find((found) => found !== undefined);
    if (row) grants.set(Buffer.from(basename(path, ".sqlite"), "hex").toString("base64url"), row);
  }
  const lines = databases(folder, "AccountObject").flatMap((path) =>
    rowsOf(path, "lines").map((json) => ({ grant: (json as { grant: string }).grant, list: basename(path) })),
  );
  const once = databases(folder, "OnceObject").filter((path) => rowsOf(path, "state").length > 0).length;
  return { grants, lines, once, entries: entriesOfKv(folder) };
}

/** What must be true of any storage once all alarms that were due have rung. */
export function orphans({ grants, lines }: Rows): { linesWithoutGrant: string[]; grantsWithoutLine: string[]; twice: string[] } {
  const named = lines.map(({ grant }) => grant);
  const known = new Set(named);
  const lives = (grant: string) => ["pending", "active"].includes(grants.get(grant)?.phase ?? "");
  return {
    linesWithoutGrant: named.filter((grant) => !lives(grant)),
    grantsWithoutLine: [...grants.keys()].filter((grant) => lives(grant) && !known.has(grant)),
    twice: named.filter((grant, index) => named.indexOf(grant) !== index),
  };
}

/** Miniflare keeps each namespace in one database; there is one. */
function entriesOfKv(folder: string): number {
  const kept = join(folder, "kv", "miniflare-KVNamespaceObject");
  const names = existsSync(kept) ? readdirSync(kept).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)) : [];
  return names.reduce((sum, name) => {
    const database = new DatabaseSync(join(kept, name));
    const { count } = database.prepare("SELECT count(*) AS count FROM _mf_entries").get() as { count: number };
    database.close();
    return sum + count;
  }, 0);
}

/** The JSON of a table's rows; nothing where there is no such table. */
function rowsOf(path: string, table: string): unknown[] {
  // Not read-only: what the last process left in the write-ahead log is part of the rows.
  const database = new DatabaseSync(path);
  try {
    const there = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
    if (!there) return [];
    return database.prepare(`SELECT json FROM "${table}"`).all().map(({ json }) => JSON.parse(json as string) as unknown);
  } finally {
    database.close();
  }
}

/** The state may lie in an envelope that says its version. */
function grantRow(json: unknown): GrantRow | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  for (const phase of ["pending", "active", "closed"] as const) {
    if (phase in json) {
      const state = (json as Record<string, Record<string, unknown>>)[phase]!;
      const terms = state.terms as { subject?: string } | undefined;
      return { phase, subject: terms?.subject ?? (state.subject as string | undefined), accesses: (state.accesses as unknown[] | undefined)?.length ?? 0 };
    }
  }
  return Object.values(json).map(grantRow).find((found) => found !== undefined);
}
