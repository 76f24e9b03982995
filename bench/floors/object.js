// An object that writes one row, about as long as a grant. Used by the floors beside it.
import { DurableObject } from "cloudflare:workers";

const value = JSON.stringify({ filler: "x".repeat(1000) });

export class Row extends DurableObject {
  constructor(state, env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, json TEXT NOT NULL)");
  }

  fetch() {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO state (id, json) VALUES (1, ?)", value);
    return new Response("ok");
  }
}
