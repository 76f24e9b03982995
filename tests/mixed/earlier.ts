// Rows of releases before the oldest that is kept whole, made from those: what each of them did not write yet, by the
// source of the commit that is named.
import type { Kept, KeptObject } from "./kept.ts";

type Json = Record<string, any>;

/** Changes the JSON of each row of a class. */
function each(kept: Kept, className: string, change: (row: Json) => void): void {
  for (const object of kept.objects.filter((one) => one.className === className)) {
    for (const row of Object.values(object.rows).flat()) {
      const json = JSON.parse(row.json as string) as Json | true;
      if (json !== true) change(json);
      row.json = JSON.stringify(json);
    }
  }
}

function without(kept: Kept, className: string, paths: string[]): void {
  each(kept, className, (row) => {
    for (const path of paths) {
      const names = path.split(".");
      const last = names.pop()!;
      const within = names.reduce<Json | undefined>((value, name) => value?.[name], className === "AccountObject" ? row : Object.values(row)[0]);
      if (within && typeof within === "object") delete within[last];
    }
  });
}

/** A person's list as one row. */
function inOneRow(object: KeptObject): void {
  const members = ["grant", "client_id", "resource", "opened_at", "used_at", "marked"];
  const grants = object.rows.lines!.map(({ json }) => {
    const line = JSON.parse(json as string) as Json;
    return Object.fromEntries(members.filter((name) => name in line).map((name) => [name, line[name]]));
  });
  object.schema = ["CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)"];
  object.rows = { state: [{ id: 1, json: JSON.stringify({ grants }) }] };
}

/** The commit that wrote such rows, and how they differ. */
export const earlier: [commit: string, what: string, change: (kept: Kept) => void][] = [
  ["aa726e1", "a grant did not remember what was asked for, nor a client's keys", (kept) => {
    without(kept, "GrantObject", ["terms.asked", "terms.client.keys"]);
  }],
  ["dbc17d2", "a person's list was one row, and nothing was taken back", (kept) => {
    without(kept, "GrantObject", ["terms.asked", "terms.client.keys", "document.why"]);
    kept.objects.filter(({ className }) => className === "AccountObject").forEach(inOneRow);
    kept.held.narrowed = undefined;
  }],
];
