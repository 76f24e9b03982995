// A site that is left alone until nothing in it is due any more.
import type { KillableSite } from "./killable.ts";
import { type Rows, readRows } from "./rows.ts";

/** What a log line says of code that ended where it must not. */
export const PANIC = /panicked|RuntimeError|unreachable executed|Uncaught/;

/** Longer than what a sign-in that was left unfinished, or a thing that may be used once, is kept for. In seconds. */
const UNTIL_ALARMS = 7200;

/** Lets what is left over end by its alarms, and answers what then lies in storage. The worker is stopped. */
export async function untilQuiet(site: KillableSite): Promise<Rows> {
  for (let tries = 1; ; tries += 1) {
    await site.wait(UNTIL_ALARMS);
    // After a soak thousands of alarms are due at once.
    await new Promise((resolve) => setTimeout(resolve, tries === 1 ? 2000 : 10_000));
    await site.stopWorker();
    const rows = readRows(site.folder);
    const waits = rows.once > 0 || [...rows.grants.values()].some(({ phase }) => phase !== "active");
    if (!waits || tries === 6) return rows;
  }
}
