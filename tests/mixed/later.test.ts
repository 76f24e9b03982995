// This release over rows of a later one, as after a roll-back: what it does not know it keeps, and what it could not
// honour it leaves alone. There is no later release yet, so its rows are made up: every kind of row, of every object.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountUrl, openAccount, pressed } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { outcome, redeem, refresh, revoke, rpc } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { age } from "../support/storage.ts";
import type { TestWorker } from "../support/worker.ts";
import { type Held, begin, goOn } from "./browsers.ts";
import { linkOf } from "./flows.ts";
import { type Deployment, NEW, deployed } from "./releases.ts";
import { type StoredRow, content, everyRow, later } from "./rows.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

/** Every kind that there is, so that none can be forgotten. */
const KINDS = ["active", "claim", "closed", "line", "pending", "used", "waiting"];
const kindsOf = (rows: StoredRow[]) => [...new Set(rows.map(({ kind }) => kind))].sort();

/** Something of every kind, then changed as a later release would have. */
async function overLaterRows(versions: [number, number], seconds = 0) {
  const deployment = await deployed(NEW, { sentry: sentry.url });
  const held = await begin(deployment.worker);
  let before: StoredRow[] = [];
  await deployment.deploy(NEW, () => {
    if (seconds > 0) age(deployment.folder, seconds);
    before = everyRow(deployment.folder, (row) => later(row, versions));
  });
  return { deployment, held, before };
}

/** The rows as they lie there when nothing runs. */
async function rowsOf(deployment: Deployment): Promise<StoredRow[]> {
  let rows: StoredRow[] = [];
  await deployment.deploy(NEW, () => (rows = everyRow(deployment.folder)));
  return rows;
}

/** An outage that passes: nothing is said of the token, and when to come again. */
async function isLater(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(response.status).toBe(503);
}

describe("rows of a later version", () => {
  // rule: tokens/rows-side-by-side
  it("serve every flow, and keep what this release does not know", async () => {
    const { deployment, held, before } = await overLaterRows([9, 1]);
    await using _ = deployment;
    expect(kindsOf(before)).toEqual(KINDS);
    await goOn(deployment.worker, held);
    const after = (await rowsOf(deployment)).filter(({ text }) => text.includes("\"later\""));
    // The list of its person is empty by now; each grant that there was, and each thing that was used, is there.
    const lasting = (rows: StoredRow[]) => rows.filter(({ kind }) => kind !== "line").length;
    expect(lasting(after)).toBe(lasting(before));
    for (const row of after) {
      expect(content(row).v, row.text).toEqual([9, 1]);
      expect(content(row).later, row.text).toEqual({ at: expect.any(String) });
      if (row.kind !== "active") continue;
      const { terms } = content(row) as { terms: { later: unknown; client: { later: unknown } } };
      expect([terms.later, terms.client.later]).toEqual([expect.anything(), expect.anything()]);
    }
  });

  // rule: tokens/rows-side-by-side
  it("keep it in a line that is noted upon", async () => {
    const { deployment, held } = await overLaterRows([9, 1]);
    await using _ = deployment;
    const page = await openAccount(deployment.worker, held.owner);
    const { grant, skills } = page.connections.find(({ skills }) => skills.length > 1)!;
    await pressed(deployment.worker, held.owner, page, { grant, skill: skills[0]! });
    const line = (await rowsOf(deployment)).find(({ kind, text }) => kind === "line" && text.includes(grant))!;
    expect(content(line)).toMatchObject({ v: [9, 1], later: { at: "" }, skills: skills.slice(1) });
  });
});

describe("rows of a higher security version", () => {
  // rule: tokens/rows-not-honoured
  it("are an outage for whoever comes, lose nothing, and go on with the release that knows them", async () => {
    const { deployment, held, before } = await overLaterRows([1, 2]);
    await using _ = deployment;
    expect(kindsOf(before)).toEqual(KINDS);
    await everythingWaits(deployment.worker, held);
    const unchanged = (rows: StoredRow[]) => rows.map(({ text }) => text).sort();
    expect(unchanged(await rowsOf(deployment))).toEqual(unchanged(before));
    // The later release comes back: here, this one, with rows of its own version.
    const worker = await deployment.deploy(NEW, () => everyRow(deployment.folder, ({ text }) => text.replace("\"v\":[1,2]", "\"v\":[1,1]")));
    await goOn(worker, held);
  });

  // rule: tokens/rows-not-honoured
  it("outlive their alarms", async () => {
    const { deployment, before } = await overLaterRows([1, 2], 1000);
    await using _ = deployment;
    const isDue = ({ alarm }: StoredRow) => alarm !== undefined && alarm < 0;
    // A use is remembered for longer, and lines have no end of their own.
    expect(kindsOf(before.filter(isDue))).toEqual(KINDS.filter((kind) => !["line", "used"].includes(kind)));
    await sleep(3_000);
    const after = await rowsOf(deployment);
    expect(after.map(({ text }) => text).sort()).toEqual(before.map(({ text }) => text).sort());
    for (const { kind, alarm } of after.filter(({ kind }) => !["line", "used"].includes(kind))) {
      expect(alarm, `of a row that is ${kind}`).toBeGreaterThan(3_500);
    }
  });
});

async function everythingWaits(worker: TestWorker, held: Held): Promise<void> {
  const { client, refreshed, ending, code, keyed, owner } = held;
  await isLater(refresh(worker, client, refreshed.refresh_token));
  await isLater(redeem(worker, code));
  await isLater(rpc(worker, ending.tokens.access_token));
  await isLater(rpc(worker, held.revoked.tokens.access_token));
  await isLater(revoke(worker, client, ending.tokens.refresh_token));
  await isLater(refresh(worker, keyed.client, keyed.tokens.refresh_token, keyed.used));
  await isLater(owner.request(accountUrl(worker)));
  await isLater(new Person().request(linkOf(worker, held.pushed)));
  const { action, fields } = held.pushedForm.form;
  await isLater(held.pushedForm.person.request(action, new URLSearchParams({ ...Object.fromEntries(fields), action: "approve" })));
  expect(await outcome(await worker.fetch("/health"))).toBe("200");
}
