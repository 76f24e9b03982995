// This release and the one before it over one storage, as during a gradual deployment and after a roll-back.
// file rule: tokens/mixed-releases: worker and objects of two releases serve every flow, and so does either after the
//    other
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { begin, goOn } from "./browsers.ts";
import { deployed, mixtures } from "./releases.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

describe.each(mixtures)("%s", (_, begun, goesOn) => {
  it("everything that was begun goes on", async () => {
    await using deployment = await deployed(begun, { sentry: sentry.url });
    const held = await begin(deployment.worker);
    const worker = begun === goesOn ? deployment.worker : await deployment.deploy(goesOn);
    await goOn(worker, held);
    // And from there on.
    await goOn(worker, await begin(worker));
    const errors = (await worker.flushedLogs()).filter(({ level }) => level === "error").map(({ message }) => message);
    // Forms are pressed a second time in these flows, which has a line of its own.
    expect(errors.filter((line) => !line.includes("This sign-in was approved already"))).toEqual([]);
  });
});
