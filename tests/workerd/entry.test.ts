// The built worker when execution ends inside wasm: what was under way fails, and the next event is answered as ever.
import { Response as MiniflareResponse } from "miniflare";
import { afterAll, expect, it, vi } from "vitest";
import { accountUrl, openAccount } from "../support/account.ts";
import { Chat } from "../support/chat.ts";
import { type EndingWorker, type Place, type Way, startEndingWorker } from "../support/ended.ts";
import {
  type Authorized,
  type Tokens,
  authorizationUrl,
  outcome,
  pkce,
  postForm,
  query,
  refresh,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSentry } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

/** Longer than anything here may take, and shorter than what waits for a peer that is silent. */
const BOUND = 12_000;
const SLOW = "https://slow.example/client.json";

let ending: EndingWorker;
let worker: TestWorker;
let known: Authorized & { tokens: Tokens };
const ada = new Person();
/** Lets the slow host answer. */
let answer: () => void;
let modelIsHeld = false;
/** Let the model answer. */
const held: (() => void)[] = [];

withSentry(async (sentry) => {
  const outgoing = async ({ url }: { url: string }) => {
    if (url === SLOW) await new Promise<void>((resolve) => void (answer = resolve));
    if (url.endsWith("/v1/chat/completions") && modelIsHeld) await new Promise<void>((resolve) => held.push(resolve));
    return url === SLOW ? new MiniflareResponse("{}") : undefined;
  };
  const vars = { LLM_API_KEY: "key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" };
  ending = await startEndingWorker({ sentry: sentry.url, outgoing, vars });
  worker = ending.worker;
  known = await signIn(worker);
  await openAccount(worker, ada);
});
afterAll(() => worker?.stop());

/** The status of a request; 0 for a connection that breaks, and -1 for one that hangs. */
async function fate(request: Promise<Response>): Promise<number> {
  const late = new Promise<number>((resolve) => setTimeout(resolve, BOUND, -1));
  const whole = request.then(async (response) => (await response.text(), response.status));
  return Promise.race([whole.catch(() => 0), late]);
}

const failed = (status: number) => status === 0 || status >= 500;

const unknown = () => postForm(worker, "/oauth/token", { grant_type: "refresh_token", refresh_token: "x", client_id: "nobody" });
const refreshed = () => refresh(worker, known.client, known.tokens.refresh_token);
const pushed = () => {
  const asked = Object.fromEntries(authorizationUrl(worker, known.client).searchParams);
  return postForm(worker, "/oauth/par", { ...asked, code_challenge: pkce().challenge });
};

/** Waits at the slow host while something else ends. */
async function bystander(): Promise<{ waits: Promise<number> }> {
  const waits = fate(worker.fetch(`/oauth/check?${query({ client_id: SLOW })}`, { headers: { accept: "application/json" } }));
  await vi.waitUntil(() => worker.requests.some(({ href }) => href === SLOW), { timeout: BOUND });
  worker.requests.length = 0;
  return { waits };
}

/** All is as if nothing had been, and what objects knew they know. */
async function expectWell() {
  const noted = await worker.flushedLogs();
  expect(noted.filter(({ message }) => message.includes("a new instance starts"))).toHaveLength(1);
  worker.logs.length = 0;
  expect(await fate(worker.fetch("/health"))).toBe(200);
  expect(await outcome(await unknown())).toBe("401 invalid_client");
  known.tokens = await tokensOf(await refreshed());
  expect(await tool(worker, known.tokens.access_token)).toContain("Ada Marlowe");
  expect(await fate(pushed())).toBe(201);
}

/** Where execution ends, and the request that leads there. */
const places: [Place, () => Promise<Response>][] = [
  ["request", unknown],
  ["continuation", unknown],
  ["GrantObject message", refreshed],
  ["AccountObject message", () => ada.request(accountUrl(worker))],
  ["OnceObject message", pushed],
];

it.each(places)("goes on after execution has ended in a turn: %s", async (place, request) => {
  const { waits } = await bystander();
  await ending.endAt(place);
  expect(await fate(request())).toSatisfy(failed);
  expect(await ending.hasEnded()).toBe(true);
  answer();
  expect(await waits).toSatisfy(failed);
  await expectWell();
});

it.each(["thrown", "trapped"] as Way[])("goes on after an error that leaves wasm: %s", async (way) => {
  for (const [place, request] of places.slice(0, 3)) {
    await ending.endAt(place, way);
    expect(await fate(request())).toSatisfy(failed);
    expect(await ending.hasEnded()).toBe(true);
    await expectWell();
  }
});

it("goes on after execution has ended in a turn of an alarm", async () => {
  for (const [binding, place] of [["GRANTS", "GrantObject alarm"], ["ONCE", "OnceObject alarm"]] as const) {
    const { waits } = await bystander();
    await ending.endAt(place);
    await ending.ring(binding, binding === "GRANTS" ? known.tokens.access_token : "");
    await vi.waitUntil(() => ending.hasEnded(), { timeout: BOUND });
    answer();
    expect(await waits).toSatisfy(failed);
    await expectWell();
  }
});

it("breaks off an answer in pieces, the one in which execution ended and the others", async () => {
  const chat = new Chat(worker);
  await chat.signIn();
  const ask = () => chat.post("/api/chat", { body: { endpoint: "/mcp", messages: [{ role: "user", content: "Who am I?" }] } });
  expect(await fate(ask())).toBe(200);
  for (const [place, request] of [["stream", ask], ["continuation", unknown]] as const) {
    modelIsHeld = true;
    const other = fate(ask());
    await vi.waitUntil(() => held.length === 1, { timeout: BOUND });
    modelIsHeld = false;
    await ending.endAt(place);
    expect(await fate(request())).toSatisfy(failed);
    expect(await ending.hasEnded()).toBe(true);
    await worker.fetch("/health");
    expect(await other).toSatisfy(failed);
    held.pop()!();
    await expectWell();
  }
});
