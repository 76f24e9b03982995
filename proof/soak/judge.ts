// What must be true after a soak.
import { outcome, refresh, rpc, tokensOf } from "../../tests/support/oauth.ts";
import { PANIC, untilQuiet } from "../lib/quiet.ts";
import { orphans } from "../lib/rows.ts";
import type { Sample } from "./run.ts";
import type { Actor, Soak } from "./soak.ts";

export interface Verdict {
  soak: Soak;
  samples: Sample[];
  findings: { what: string; found: string[] }[];
  rows: { grants: number; lines: number; once: number; entries: number; mostAccesses: number };
}

/** Access tokens of one grant, by docs/STORAGE.md. */
const MOST_ACCESSES = 64;
/** wasm memory only grows, and what an isolate remembers has bounds that it reaches late: so much more is flat, in the
 * second half of the time without kills. */
const FLAT = 2 ** 21;
const MOST_WASM = 24 * 2 ** 20;

export async function judge(soak: Soak, samples: Sample[]): Promise<Verdict> {
  const sessions = [...soak.ledger.sessions.values()] as Actor[];
  const dead = await tried(soak, sessions);
  const alive = new Set([...soak.ledger.sessions.keys()]);
  const lines = soak.site.logs;
  const rows = await untilQuiet(soak.site);
  const [first, last] = [samples.at(Math.floor(samples.length / 2)), samples.at(-1)];
  const memory = first && last ? [first, last] : [];
  const grown = memory.length === 2 && memory[1]!.wasm > memory[0]!.wasm + FLAT ? [`${mib(memory[0]!.wasm)} to ${mib(memory[1]!.wasm)} MiB`] : [];
  const most = Math.max(0, ...samples.map(({ wasm }) => wasm));
  const { linesWithoutGrant, grantsWithoutLine, twice } = orphans(rows);
  const live = [...rows.grants].filter(([, { phase }]) => phase !== "closed").map(([grant]) => grant);
  // A sign-in whose last answer was cut off has a grant, and nobody who knows of it. No other may be there.
  const unknown = live.filter((grant) => !alive.has(grant)).length;
  const cutOff = [...soak.done.values()].reduce((sum, { explained }) => sum + explained, 0);
  const mostAccesses = Math.max(0, ...[...rows.grants.values()].map(({ accesses }) => accesses));
  return {
    soak,
    samples,
    rows: { grants: live.length, lines: rows.lines.length, once: rows.once, entries: rows.entries, mostAccesses },
    findings: [
      { what: "errors without explanation", found: soak.unexplained },
      { what: "sessions that do not work at the end", found: dead },
      { what: "codes that brought tokens twice", found: soak.ledger.redeemedTwice },
      { what: "panics in the log", found: lines.map(({ message }) => message).filter((line) => PANIC.test(line)) },
      { what: "error lines without explanation", found: lines.filter((line) => line.level === "error" && !soak.explained(line.at - 2000, line.at)).map(({ message }) => message) },
      { what: "growth of wasm memory without kills", found: grown },
      { what: "wasm memory beyond 24 MiB", found: most > MOST_WASM ? [`${mib(most)} MiB`] : [] },
      { what: "lines without a grant", found: linesWithoutGrant },
      { what: "grants without a line", found: grantsWithoutLine },
      { what: "lines that are there twice", found: twice },
      { what: "grants with too many access tokens", found: mostAccesses > MOST_ACCESSES ? [`${mostAccesses}`] : [] },
      { what: "grants that no answer explains", found: unknown > cutOff ? [`${unknown} of ${live.length}, with ${cutOff} answers cut off`] : [] },
      { what: "entries of KV beyond one for each client", found: rows.entries > soak.registered ? [`${rows.entries}, of ${soak.registered} clients`] : [] },
      { what: "things that may be used once, left over after two hours", found: rows.once > 0 ? [`${rows.once}`] : [] },
    ],
  };
}

/** Each session that nobody has ended, a few at once. */
async function tried(soak: Soak, sessions: Actor[]): Promise<string[]> {
  const dead: string[] = [];
  const queue = [...sessions];
  const one = async () => {
    for (let actor = queue.pop(); actor; actor = queue.pop()) {
      const found = await whatIsWrong(soak, actor).catch((error: unknown) => `${error}`);
      if (!found) continue;
      soak.over(actor);
      if (actor.cutShort) soak.lostInRenewal += 1;
      else dead.push(found);
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return dead;
}

async function whatIsWrong(soak: Soak, actor: Actor): Promise<string | undefined> {
  const refreshed = await refresh(soak.worker, actor.client, actor.tokens.refresh_token);
  if (refreshed.status !== 200) return `a refresh: ${await outcome(refreshed)}`;
  const pinged = await rpc(soak.worker, (await tokensOf(refreshed)).access_token);
  return pinged.status === 200 ? undefined : `a ping: ${await outcome(pinged)}`;
}

export const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
