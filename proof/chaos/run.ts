// Rounds of chaos: a request of every step goes out at once, workerd is killed, a new one starts, and everybody goes on.
import { register } from "../../tests/support/oauth.ts";
import { chanceOf } from "../lib/chance.ts";
import { KillableSite } from "../lib/killable.ts";
import { Ledger, type Session } from "../lib/ledger.ts";
import { PANIC, untilQuiet } from "../lib/quiet.ts";
import { orphans } from "../lib/rows.ts";
import { type Chaos, type Ready, type Step, Wrong, works } from "./step.ts";
import { steps } from "./steps.ts";
import { type Trigger, aimed, atAnyMoment } from "./triggers.ts";

export interface Asked {
  /** So many kills during each step, at any moment and again at each of those aimed at. */
  kills: number;
  seed: number;
  /** What is aimed at; all of it unless told. */
  triggers?: Trigger[];
  say?: (line: string) => void;
}

/** What became of one request: how it went on, or what was wrong. */
export interface Fate {
  step: string;
  trigger: string;
  /** No answer had come when workerd was killed. */
  during: boolean;
  went: string;
  wrong?: string;
}

export interface Result {
  rounds: number;
  fates: Fate[];
  redeemedTwice: string[];
  /** Sessions that were answered and do not work at the end. */
  dead: string[];
  orphans: ReturnType<typeof orphans>;
  grants: number;
  panics: string[];
}

/** Requests of one step that are under way together where a kill aims at it. */
const TOGETHER = 4;

export async function chaos({ kills, seed, triggers = aimed, say = () => {} }: Asked): Promise<Result> {
  await using site = await KillableSite.start();
  const [chance, ledger, fates] = [chanceOf(seed), new Ledger(), [] as Fate[]];
  const begun = { rounds: 0, wrong: 0 };
  const next = async (trigger: Trigger, chosen: Step[]) => {
    const client = await register(site.worker);
    fates.push(...(await round({ site, client, ledger }, trigger, chosen, chance)));
    begun.rounds += 1;
    if (begun.rounds % 20 === 0) say(`${begun.rounds} kills, ${fates.filter(({ wrong }) => wrong).length} wrong`);
  };
  const longest = await withoutKill({ site, client: await register(site.worker), ledger });
  const hits = (name: string) => fates.filter((fate) => fate.step === name && fate.during).length;
  // A step that is seldom hit is no reason to go on for ever.
  for (let n = 0; n < kills * 3 && steps.some(({ name }) => hits(name) < kills); n += 1) await next(atAnyMoment(longest), steps);
  for (let n = 0; n < kills; n += TOGETHER) {
    for (const trigger of triggers) {
      const step = steps.find(({ name }) => name === trigger.step);
      if (step) await next(trigger, Array.from({ length: TOGETHER }, () => step));
    }
  }
  const dead = await stillAlive(site, ledger);
  const rows = await untilQuiet(site);
  const panics = site.logs.map(({ message }) => message).filter((line) => PANIC.test(line));
  return { rounds: begun.rounds, fates, redeemedTwice: ledger.redeemedTwice, dead, orphans: orphans(rows), grants: rows.grants.size, panics };
}

async function prepared(chaos: Chaos, chosen: Step[]): Promise<Ready[]> {
  const [first, ...others] = chosen;
  const ready = first ? [await first.prepare(chaos)] : [];
  return [...ready, ...(await Promise.all(others.map((step) => step.prepare(chaos))))];
}

/** One round in which nobody is killed: how long its requests take, in milliseconds. */
async function withoutKill(chaos: Chaos): Promise<number> {
  const ready = await prepared(chaos, steps);
  const started = Date.now();
  const answers = await Promise.all(ready.map(({ send }) => send().then(whole)));
  const took = Date.now() - started;
  for (const [index, { goOn }] of ready.entries()) await goOn(answers[index]);
  return took;
}

async function round(chaos: Chaos, trigger: Trigger, chosen: Step[], chance: () => number): Promise<Fate[]> {
  const { site } = chaos;
  const ready = await prepared(chaos, chosen);
  const answers: (Response | undefined)[] = chosen.map(() => undefined);
  let killed = false;
  let fire = () => {};
  const fired = new Promise<void>((resolve) => (fire = resolve));
  const kill = () => {
    if (!killed) site.kill();
    killed = true;
    fire();
  };
  const disarm = trigger.arm(site, kill, chance);
  const all = Promise.allSettled(
    ready.map(async ({ send }, index) => {
      const answer = await whole(await send());
      if (!killed) answers[index] = answer;
    }),
  );
  // Whatever it waits for may not come to pass.
  await Promise.race([fired, all.then(kill)]);
  await all;
  disarm();
  await site.restart();
  return Promise.all(chosen.map(({ name }, index) => fateOf({ step: name, trigger: trigger.name }, ready[index]!, answers[index])));
}

async function fateOf(of: { step: string; trigger: string }, ready: Ready, answer: Response | undefined): Promise<Fate> {
  const fate = { ...of, during: answer === undefined };
  try {
    return { ...fate, went: await ready.goOn(answer) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw new Error(`${of.step}, killed ${of.trigger}: ${error}`, { cause: error });
    return { ...fate, went: "wrong", wrong: error.message };
  }
}

/** An answer is one when all of it has come. */
async function whole(response: Response): Promise<Response> {
  const { status, headers } = response;
  const body = await response.arrayBuffer();
  return new Response([204, 205, 304].includes(status) ? null : body, { status, headers });
}

/** Each session that was answered, whatever happened since. */
async function stillAlive(site: KillableSite, ledger: Ledger): Promise<string[]> {
  const dead: string[] = [];
  const look = async ([grant, session]: [string, Session]) => {
    try {
      session.tokens = await works(site.worker, session.client, session.tokens);
    } catch (error) {
      dead.push(`${grant}: ${error instanceof Error ? error.message : error}`);
    }
  };
  const all = [...ledger.sessions];
  while (all.length > 0) await Promise.all(all.splice(0, 8).map(look));
  return dead;
}
