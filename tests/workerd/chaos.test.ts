// A short `make chaos`: some ten kills, one at any moment of each step and one at each moment that once lost something.
import { describe, expect, it } from "vitest";
import { type Result, chaos } from "../../proof/chaos/run.ts";
import { CALLBACK, DISCONNECTED, REDEMPTION, RENEWAL } from "../../proof/chaos/steps.ts";
import { aimed } from "../../proof/chaos/triggers.ts";

const SEED = Number(process.env.SEED ?? 1);
const chosen = aimed.filter(({ step, name }) => [CALLBACK, REDEMPTION, RENEWAL, DISCONNECTED].includes(step ?? "") && !name.includes("was asked"));

describe(`after kills in every step, SEED=${SEED}`, () => {
  it("whoever was answered can rely on it, and whoever was not goes on", async () => {
    const { fates, redeemedTwice, dead, orphans, panics, grants }: Result = await chaos({ kills: 1, seed: SEED, triggers: chosen });
    expect(fates.filter(({ during }) => during).length, "requests that a kill cut off").toBeGreaterThan(10);
    expect(grants).toBeGreaterThan(10);
    expect({ wrong: fates.filter(({ wrong }) => wrong), redeemedTwice, dead, orphans, panics }).toEqual({
      wrong: [],
      redeemedTwice: [],
      dead: [],
      orphans: { linesWithoutGrant: [], grantsWithoutLine: [], twice: [] },
      panics: [],
    });
  }, 120_000);
});
