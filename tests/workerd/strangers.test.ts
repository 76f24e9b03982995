// Requests to each route that somebody put together to do harm, by a seed that can be given again. CASES=100 SEED=1 are
// what `make test` sends; `make soak` sends 3,000 to each, by a new seed.
import fc from "fast-check";
import { Response } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Context, SECRET } from "../support/hostile.ts";
import { outcome, refresh, register, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { type Site, broken } from "../support/strangers/judge.ts";
import { MARK, mutations } from "../support/strangers/mutations.ts";
import { type Draft, type Route, routes } from "../support/strangers/routes.ts";
import { closeConnections, send, sendCutOff, written } from "../support/strangers/send.ts";
import { COOKIE_SECRET, type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const CASES = Number(process.env.CASES ?? 100);
const SEED = Number(process.env.SEED ?? 1);
/** So many go out together, and are judged together. */
const TOGETHER = 20;

let sentry: DemoSentry;
let worker: TestWorker;
let context: Context;
let site: Site;
beforeAll(async () => {
  sentry = await startDemoSentry();
  // Whoever names a document has none: a host that cannot be reached would be trouble, which is told as such.
  const outgoing: Outgoing = ({ url }) => (url.startsWith(sentry.url) ? undefined : new Response("none", { status: 404 }));
  worker = await startWorker({ sentry: sentry.url, outgoing, vars: { LLM_API_KEY: "any", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" } });
  const { client, tokens } = await signIn(worker, { choices: { skills: ["inspect"], user: "1002" } });
  const confidential = await register(worker, { token_endpoint_auth_method: undefined });
  context = { origin: worker.origin, client, confidential, tokens };
  const secrets = [SECRET, COOKIE_SECRET, "demo-secret", confidential.client_secret!, tokens.access_token, tokens.refresh_token];
  site = { origins: [worker.origin, sentry.url], secrets };
  console.log(`strangers: CASES=${CASES} SEED=${SEED}`);
});
afterAll(async () => {
  closeConnections();
  await Promise.all([worker?.stop(), sentry?.stop()]);
});

/** What is wrong with the answer to one request, with the request. */
async function wrongWith(draft: Draft): Promise<string | undefined> {
  let found: string[];
  try {
    found = broken(await send(worker.origin, draft), draft, site);
  } catch (error) {
    // An answer that did not come, or that was none.
    found = [`${error}`];
  }
  if (found.length === 0) return undefined;
  const { method, path, headers, bytes } = written(draft);
  const body = bytes ? Buffer.from(bytes.slice(0, 300)).toString("latin1") : "";
  return `${found.join(", ")}: ${method} ${path.slice(0, 300)} ${JSON.stringify(headers).slice(0, 600)} ${JSON.stringify(body)}`;
}

/** The number of the route is part of the seed, so that two routes do not meet the same changes. */
function drafts(route: Route): Draft[] {
  const changes = fc.sample(mutations, { numRuns: CASES, seed: SEED + routes.indexOf(route) });
  return changes.map((list) => list.reduce((draft, change) => change(draft), route.draft(context)));
}

// rule: authorization/strangers: whatever a stranger sends to any route is answered in time, without trouble of ours, with the
//    headers of its kind, and with nothing that was sent or that is secret
describe(`${CASES} requests by strangers, SEED=${SEED}`, () => {
  it.each(routes.map((route) => [route.name, route] as const))("%s", async (_, route) => {
    const queue = drafts(route);
    const found: string[] = [];
    const one = async () => {
      for (let draft = queue.pop(); draft; draft = queue.pop()) {
        const wrong = await wrongWith(draft);
        if (wrong) found.push(wrong);
      }
    };
    await Promise.all(Array.from({ length: TOGETHER }, one));
    expect(found.length, `of ${CASES}:\n${found.slice(0, 5).join("\n")}\n`).toBe(0);
  }, 60_000 + CASES * 60);
});

// rule: authorization/strangers
it("bodies that are cut off by their senders harm nobody", async () => {
  const posted = routes.map((route) => route.draft(context)).filter(({ method }) => method === "POST");
  expect(posted.length).toBeGreaterThan(10);
  for (const share of [0, 0.5, 0.9]) {
    await Promise.all(posted.map((draft) => sendCutOff(worker.origin, draft, share)));
    expect((await worker.fetch("/health")).status).toBe(200);
  }
});

describe("the judge", () => {
  const draft: Draft = { method: "GET", path: "/oauth/check", query: [], headers: {} };
  const good = { "content-type": "application/json", "x-content-type-options": "nosniff", "x-request-id": "1", "cache-control": "no-store" };
  const judged = (status: number, body: string, headers: Record<string, string> = {}) =>
    broken({ status, body, headers: new Map(Object.entries({ ...good, ...headers })) }, draft, { origins: ["https://here.example"], secrets: ["secret"] });

  it("finds nothing in a good answer", () => expect(judged(200, "{}")).toEqual([]));

  it.each([
    ["500", () => judged(500, "{}"), "trouble"],
    ["no nosniff", () => judged(200, "{}", { "x-content-type-options": "" }), "guess"],
    ["a page without a policy", () => judged(200, "", { "content-type": "text/html" }), "without its headers"],
    ["a mark in a page", () => judged(200, MARK, { "content-type": "text/html" }), "as it was sent"],
    ["broken JSON", () => judged(200, "{"), "no JSON"],
    ["a redirect to somebody", () => judged(302, "", { location: "https://evil.example/" }), "evil.example"],
    ["a redirect without a scheme", () => judged(302, "", { location: "//evil.example/" }), "evil.example"],
    ["a header that was put in", () => judged(200, "{}", { "x-evil": "1" }), "put in"],
    ["a secret in the body", () => judged(200, '"secret"'), "secret"],
    ["a secret in a header", () => judged(200, "{}", { etag: "secret" }), "secret"],
    ["a private answer that may be kept", () => judged(200, "{}", { "cache-control": "public" }), "may be kept"],
  ])("finds %s", (_, judge, what) => expect(judge().join()).toContain(what));
});

describe("after all of them", () => {
  it("the session from before lives, and another begins", async () => {
    expect(await outcome(await rpc(worker, context.tokens.access_token))).toBe("200");
    const refreshed = await tokensOf(await refresh(worker, context.client, context.tokens.refresh_token));
    expect(await outcome(await rpc(worker, refreshed.access_token))).toBe("200");
    const { tokens } = await signIn(worker);
    expect(await outcome(await rpc(worker, tokens.access_token))).toBe("200");
  });

  it("no line of the log holds a secret or tells of a panic", async () => {
    const lines = await worker.flushedLogs();
    expect(lines.length).toBeGreaterThan(routes.length);
    const bad = lines.filter(({ message }) => site.secrets.some((secret) => message.includes(secret)) || /panicked|RuntimeError|unreachable executed|Uncaught/.test(message));
    expect(bad.slice(0, 5)).toEqual([]);
  });
});
