// What each kind of request costs, counted as Cloudflare counts: docs/SCALE.md multiplies it by list prices. UPDATE=1
// writes what was counted; then `node scripts/scale-page.mjs` writes the page.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Counted, counted, inFront } from "../support/counting.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { ALARM, kinds } from "../support/kinds.ts";
import { type AgingWorker, startAgingWorker } from "../support/later.ts";
import { signIn } from "../support/oauth.ts";

const FILE = join(import.meta.dirname, "../../proof/scale/operations.json");

type Operations = Omit<Counted, "requests">;
/** Durations in lines of the log have more digits or fewer. */
const DIGITS = 40;
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

/** What is done after the answer counts too. */
async function afterwards(): Promise<Operations> {
  let { requests: _, ...sum } = await counted(site.worker);
  for (let quiet = 0; quiet < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    const { requests: _none, ...more } = await counted(site.worker);
    quiet = Object.values(more).every((count) => count === 0) ? quiet + 1 : 0;
    sum = Object.fromEntries(Object.entries(sum).map(([name, count]) => [name, count + more[name as keyof Operations]])) as unknown as Operations;
  }
  return sum;
}

const expected = (): Record<string, Operations> => JSON.parse(readFileSync(FILE, "utf8")) as Record<string, Operations>;
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
    found[name] = await afterwards();
    judge(name);
  });

  it(ALARM, async () => {
    await site.wait(7200);
    await afterwards();
    await signIn(site.worker);
    await afterwards();
    await site.wait(70);
    await expect.poll(async () => (found[ALARM] = await afterwards()).alarms, { timeout: 10_000 }).toBe(1);
    judge(ALARM);
    if (process.env.UPDATE) writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  });

  it("are listed, and nothing else is", () => {
    expect(Object.keys(expected())).toEqual([...kinds.map(({ name }) => name), ALARM]);
  });
});
