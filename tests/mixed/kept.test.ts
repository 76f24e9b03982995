// The rows of every earlier release in the hands of this one and of the one before, in every mixture of them.
// UPDATE=1 keeps those of the release before this one, if they are not there yet.
import { existsSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { signIn } from "../support/oauth.ts";
import { earlier } from "./earlier.ts";
import { beginRows, goOnRows, rewrite } from "./flows.ts";
import { type Kept, fileOf, keptFiles, objectsIn, personUnderIt, putBack, registerAgain, registrationsOf, underOneAddress } from "./kept.ts";
import { OLD, PREVIOUS_COMMIT, deployed, mixtures } from "./releases.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

if (process.env.UPDATE && !existsSync(fileOf(PREVIOUS_COMMIT))) {
  beforeAll(async () => {
    await using deployment = await deployed(OLD, underOneAddress(sentry));
    const { worker } = deployment;
    const held = await beginRows(worker, () => personUnderIt(sentry), personUnderIt(sentry));
    const registrations = await registrationsOf(worker);
    let objects: Kept["objects"] = [];
    await deployment.deploy(OLD, () => (objects = objectsIn(deployment.folder)));
    const kept: Kept = { commit: PREVIOUS_COMMIT, at: Math.floor(Date.now() / 1000), objects, registrations, held };
    writeFileSync(fileOf(PREVIOUS_COMMIT), `${JSON.stringify(kept, null, 1)}\n`);
  }, 60_000);
}

it("those of the release before are kept", () => {
  expect(existsSync(fileOf(PREVIOUS_COMMIT)), "Run: UPDATE=1 scripts/with-tools npx vitest run --project mixed tests/mixed/kept.test.ts").toBe(true);
});

const [oldest] = existsSync(fileOf(PREVIOUS_COMMIT)) ? keptFiles().sort((a, b) => a.at - b.at) : [];
const releases: [string, () => Kept][] = [
  ...(oldest ? keptFiles() : []).map((kept): [string, () => Kept] => [kept.commit.slice(0, 7), () => structuredClone(kept)]),
  ...earlier.map(([commit, what, change]): [string, () => Kept] => [`${commit}, when ${what}`, () => {
    const kept = structuredClone(oldest!);
    change(kept);
    return kept;
  }]),
];
describe.each(releases)("rows of %s", (_, release) => {
  // rule: tokens/mixed-releases
  it.each(mixtures)("serve %s", async (_, begun, goesOn) => {
    const kept = release();
    await using deployment = await deployed(begun, underOneAddress(sentry), (folder) => putBack(kept, folder));
    let { worker } = deployment;
    await registerAgain(kept, worker);
    // From here on the local Sentry has a token that it knows, and rows have been written anew.
    await signIn(worker, { person: personUnderIt(sentry) });
    await rewrite(kept.held, worker);
    if (begun !== goesOn) worker = await deployment.deploy(goesOn);
    await goOnRows(worker, kept.held, () => personUnderIt(sentry), personUnderIt(sentry));
  });
});
