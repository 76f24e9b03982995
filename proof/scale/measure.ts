// What requests cost at sites that differ only in how much lies in their storage: in turn, so that what else the machine
// does falls on all of them alike.
import { accountUrl, openAccount } from "../../tests/support/account.ts";
import { type Counted, counted, inFront } from "../../tests/support/counting.ts";
import { type Tokens, authorizationUrl, refresh, register, rpc, signIn, tokensOf } from "../../tests/support/oauth.ts";
import { Person } from "../../tests/support/person.ts";
import { KillableSite } from "../lib/killable.ts";
import { addBallast, longestList } from "./ballast.ts";

const USER = "1001";
const SESSIONS = 8;
const ROUNDS = 3;

export interface Cost {
  /** Processor time of workerd for one, Miniflare's own workers included. */
  microseconds: number;
  /** Of one, in milliseconds. */
  median: number;
  p99: number;
  operations: Partial<Counted>;
}

export interface Measured {
  grants: number;
  made: string;
  costs: Record<string, Cost>;
}

interface Prepared {
  site: KillableSite;
  grants: number;
  made: string;
  person: Person;
  client: Awaited<ReturnType<typeof register>>;
  tokens: Tokens[];
}

interface Case {
  name: string;
  count: number;
  /** The one of this number; those of one session come one after the other. */
  run(prepared: Prepared, session: number): Promise<void>;
}

const expectStatus = async (response: Response, status: number) => {
  await response.arrayBuffer();
  if (response.status !== status) throw new Error(`${response.url} answered ${response.status}`);
};

const cases: Case[] = [
  { name: "authorize: the page", count: 400, run: async ({ site, client }) => expectStatus(await new Person().request(authorizationUrl(site.worker, client)), 200) },
  {
    name: "a whole sign-in",
    count: 60,
    run: async ({ site }) => {
      await signIn(site.worker, { choices: { user: USER } });
    },
  },
  {
    name: "refresh",
    count: 400,
    run: async ({ site, client, tokens }, session) => {
      const answer = await refresh(site.worker, client, tokens[session]!.refresh_token);
      tokens[session] = await tokensOf(answer);
    },
  },
  { name: "MCP: tools/list", count: 400, run: async ({ site, tokens }, session) => expectStatus(await rpc(site.worker, tokens[session]!.access_token, { method: "tools/list" }), 200) },
  { name: "connected apps: the page", count: 100, run: async ({ site, person }) => expectStatus(await person.request(accountUrl(site.worker)), 200) },
];

export async function prepare(grants: number): Promise<Prepared> {
  const site = await KillableSite.start({ inFront });
  const client = await register(site.worker);
  const tokens: Tokens[] = [];
  for (let n = 0; n < SESSIONS; n += 1) tokens.push((await signIn(site.worker, { client, choices: { user: USER } })).tokens);
  const person = new Person();
  await openAccount(site.worker, person, { user: USER });
  let made = "";
  await site.wait(0, () => (made = addBallast(site.folder, grants, { list: longestList(site.folder) })));
  return { site, grants, made, person, client, tokens };
}

export async function measure(prepared: Prepared[], say: (line: string) => void): Promise<Measured[]> {
  const results = prepared.map(({ grants, made }) => ({ grants, made, costs: {} as Record<string, Cost> }));
  for (const each of cases) {
    const rounds: Cost[][] = prepared.map(() => []);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, one] of prepared.entries()) {
        const cost = await once(one, each);
        // The first is the compilers' warm-up.
        if (round > 0) rounds[index]!.push(cost);
      }
    }
    for (const [index, costs] of rounds.entries()) results[index]!.costs[each.name] = middle(costs);
    say(`${each.name}: ${results.map(({ grants, costs }) => `${grants} grants ${costs[each.name]!.microseconds.toFixed(0)} µs`).join(", ")}`);
  }
  return results;
}

async function once(prepared: Prepared, { count, run }: Case): Promise<Cost> {
  const { site } = prepared;
  await counted(site.worker);
  const before = site.processorMicroseconds;
  const took: number[] = [];
  let left = count;
  const one = async (session: number) => {
    while (left-- > 0) {
      const started = performance.now();
      await run(prepared, session);
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, session) => one(session)));
  const microseconds = (site.processorMicroseconds - before) / count;
  const operations = Object.entries(await counted(site.worker)).map(([name, sum]) => [name, sum / count]);
  took.sort((a, b) => a - b);
  return { microseconds, median: took[count >> 1]!, p99: took[Math.floor(count * 0.99)]!, operations: Object.fromEntries(operations) as Partial<Counted> };
}

/** The round whose processor time is in the middle. */
function middle(costs: Cost[]): Cost {
  return [...costs].sort((a, b) => a.microseconds - b.microseconds)[costs.length >> 1]!;
}
