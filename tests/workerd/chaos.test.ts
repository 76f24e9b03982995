// A short `make chaos`: kills at any moment of each step, and at two moments at which something was lost once.
import { describe, expect, it } from "vitest";
import { type Result, chaos } from "../../proof/chaos/run.ts";
import { aimed } from "../../proof/chaos/triggers.ts";

const SEED = Number(process.env.SEED ?? 1);
const chosen = aimed.filter(({ name }) => ["when a grant has opened", "when Sentry has answered a renewal"].includes(name));

describe(`after kills in every step, SEED=${SEED}`, () => {
  it("whoever was answered can rely on it, and whoever was not goes on", async () => {
    const { fates, redeemedTwice, dead, orphans, panics, grants }: Result = await chaos({ kills: 1, seed: SEED, triggers: chosen });
    expect(fates.filter(({ during }) => during).length, "requests that a kill cut off").toBeGreaterThan(8);
    expect(grants).toBeGreaterThan(8);
    expect({ wrong: fates.filter(({ wrong }) => wrong), redeemedTwice, dead, orphans, panics }).toEqual({
      wrong: [],
      redeemedTwice: [],
      dead: [],
      orphans: { linesWithoutGrant: [], grantsWithoutLine: [], twice: [] },
      panics: [],
    });
  }, 120_000);
});
