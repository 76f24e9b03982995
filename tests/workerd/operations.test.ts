// What each kind of request costs, counted as Cloudflare counts: docs/SCALE.md multiplies it by list prices. UPDATE=1
// writes what was counted; then `node scripts/scale-page.mjs` writes the page.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { type Counted, counted, inFront } from "../support/counting.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { ALARM, kinds } from "../support/kinds.ts";
import { type AgingWorker, startAgingWorker } from "../support/later.ts";
import { signIn } from "../support/oauth.ts";
import { accountsIn } from "../support/storage.ts";
import { soon } from "../support/wait.ts";

const FILE = join(import.meta.dirname, "../../proof/scale/operations.json");

type Operations = Omit<Counted, "requests">;
/** Durations in lines of the log have more digits or fewer. */
const DIGITS = 40;
/** What is listed comes at last, however busy the machine is; in milliseconds. */
const PATIENCE = 8_000;
const found: Record<string, Operations> = {};

let sentry: DemoSentry;
let site: AgingWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  site = await startAgingWorker({ sentry: sentry.url, inFront });
  return async () => {
    await site[Symbol.asyncDispose]();
    await sentry.stop();
  };
});

/** What is done after the answer counts too: until there was nothing more for a while, and there is as much as is listed. */
async function afterwards(listed?: Operations): Promise<Operations> {
  const isThere = (sum: Operations) => Object.entries(listed ?? {}).every(([name, count]) => name === "lineBytes" || sum[name as keyof Operations] >= count);
  let { requests: _, ...sum } = await counted(site.worker);
  for (let quiet = 0, end = Date.now() + PATIENCE; quiet < 3 || (!isThere(sum) && Date.now() < end); ) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { requests: _none, ...more } = await counted(site.worker);
    quiet = Object.values(more).every((count) => count === 0) ? quiet + 1 : 0;
    sum = Object.fromEntries(Object.entries(sum).map(([name, count]) => [name, count + more[name as keyof Operations]])) as unknown as Operations;
  }
  return sum;
}

const expected = (): Record<string, Operations> => JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Operations>;
const listed = (name: string) => (process.env.UPDATE ? undefined : expected()[name]);
function judge(name: string): void {
  if (process.env.UPDATE) return;
  const [{ lineBytes, ...now }, listed] = [found[name]!, expected()[name]];
  expect({ ...now, lineBytes: listed?.lineBytes }, `${name}: UPDATE=1 writes what is counted now`).toEqual(listed);
  expect(Math.abs(lineBytes - listed!.lineBytes), `${name}: ${lineBytes} bytes of log lines`).toBeLessThanOrEqual(DIGITS);
}

describe("the operations of", () => {
  // The alarm of an earlier sign-in may ring meanwhile.
  it.each(kinds.map((kind) => [kind.name, kind] as const))("%s", { retry: 2 }, async (name, { ready, status }) => {
    const send = await ready(site.worker, sentry);
    await afterwards();
    expect((await send()).status).toBe(status);
    found[name] = await afterwards(listed(name));
    judge(name);
  });

  it(ALARM, { timeout: 60_000 }, async () => {
    // Of its own, so that no alarm of another sign-in rings.
    await site[Symbol.asyncDispose]();
    site = await startAgingWorker({ sentry: sentry.url, inFront });
    await signIn(site.worker);
    await soon(() => expect(accountsIn(site.folder)).toHaveLength(1));
    await afterwards();
    await site.wait(70);
    await vi.waitUntil(async () => (found[ALARM] = await afterwards(listed(ALARM))).alarms > 0, { timeout: 20_000 });
    judge(ALARM);
    if (process.env.UPDATE) writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  });

  it("are listed, and nothing else is", () => {
    expect(Object.keys(expected())).toEqual([...kinds.map(({ name }) => name), ALARM]);
  });
});
