// A soak: mixed traffic with kills and with trouble at Sentry, then a while without either, then the judgement.
import { inFront, wasmBytes } from "../../tests/support/counting.ts";
import { LONGEST, largeAnswers } from "../../tests/support/memory.ts";
import { oneOf } from "../lib/chance.ts";
import { Trouble } from "../lib/faults.ts";
import { KillableSite } from "../lib/killable.ts";
import { ACCESS_TOKEN_TTL, longCalls, someAction } from "./actions.ts";
import { type Verdict, judge } from "./judge.ts";
import { Soak } from "./soak.ts";

export interface Asked {
  seconds: number;
  seed: number;
  say?: (line: string) => void;
}

export interface Sample {
  /** Since the beginning, in seconds. */
  at: number;
  wasm: number;
  resident: number;
}

const ACTORS = 8;
/** The part of the time with kills; afterwards one worker runs on, so that its memory can be watched. */
const STORMY = 0.6;
const KILL_EVERY = 15_000;
const TROUBLE_EVERY = 6_000;
const TROUBLE_FOR = 1_500;
/** Long and short lives of Sentry's tokens, in seconds: with the short one each refresh renews. */
const LIVES = [2_592_000, 600];

export async function soak({ seconds, seed, say = () => {} }: Asked): Promise<Verdict> {
  await using site = await KillableSite.start({ inFront, vars: { ACCESS_TOKEN_TTL: `${ACCESS_TOKEN_TTL}` } });
  const long = largeAnswers(LONGEST);
  site.outgoing = (request) => (request.url.includes("/lighthouse-books/") ? long(request) : undefined);
  const soak = new Soak(site, new Trouble(site.sentry, () => soak.chance()), seed);
  const [began, samples] = [Date.now(), [] as Sample[]];
  const since = () => (Date.now() - began) / 1000;
  const calmAt = seconds * STORMY;
  await chooseLife(soak);
  const actor = async () => {
    while (since() < seconds) {
      const { name, run } = someAction(soak.chance);
      await soak.attempt(name, () => run(soak));
    }
  };
  const storm = async () => {
    let killed = Date.now();
    while (since() < calmAt) {
      await pause(TROUBLE_EVERY - TROUBLE_FOR);
      await chooseLife(soak);
      await soak.trouble.begin();
      if (Date.now() - killed > KILL_EVERY || site.outages.length === 0) {
        killed = Date.now();
        site.kill();
        await site.restart();
      }
      await pause(TROUBLE_FOR);
      await soak.trouble.end();
      say(`${since().toFixed(0)} s: ${soak.ledger.sessions.size} sessions, ${site.outages.length} kills, ${soak.unexplained.length} errors without explanation`);
    }
    await longCalls(soak);
    // On a machine that is busy the calls before may have taken the time: memory is watched all the same.
    for (let sampled = 0; sampled < 4 || since() < seconds; sampled += 1) {
      samples.push({ at: since(), wasm: await wasmBytes(site.worker), resident: site.residentBytes });
      await pause(Math.min(5000, seconds * 50));
    }
  };
  await Promise.all([storm(), ...Array.from({ length: ACTORS }, actor)]);
  say(`traffic is over after ${since().toFixed(0)} s; ${soak.ledger.sessions.size} sessions are tried`);
  // Awaited here: the site goes when this function returns.
  return await judge(soak, samples);
}

async function chooseLife(soak: Soak): Promise<void> {
  soak.expiresIn = oneOf(soak.chance, LIVES);
  await soak.site.sentry.setExpiresIn(soak.expiresIn);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
