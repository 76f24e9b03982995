// Who may use the operator's language model, through agent mode and the chat, and how often.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Chat, endOf } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type Limiter, broken, counting } from "../support/limiters.ts";
import { rpc, signIn } from "../support/oauth.ts";
import { many, withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
/** `CHAT_RATE_LIMITER`, and the two of `/mcp`. */
let chatLimiter: Limiter;
let callLimiter: Limiter;

withSentry((started) => void (sentry = started));
beforeAll(async () => {
  const vars = { LLM_API_KEY: "model-key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" };
  const call: Limiter = (key) => callLimiter(key);
  const limiters = { CHAT_RATE_LIMITER: (key: string) => chatLimiter(key), MCP_IP_RATE_LIMITER: call, MCP_USER_RATE_LIMITER: call };
  worker = await startWorker({ sentry: sentry.url, vars, limiters });
  return () => worker.stop();
});
beforeEach(async () => {
  chatLimiter = callLimiter = () => true;
  await sentry.noFaults();
  await sentry.forget();
});

const ADA = "Sentry-Bearer demo-token-ada";
const ADA_READING = "Sentry-Bearer demo-token-ada-readonly";
const BO = "Sentry-Bearer demo-token-bo";
const WORDS = "which projects are there in organization quiet-harbor?";
const QUESTION = { endpoint: "/mcp", messages: [{ role: "user", content: WORDS }] };

const call = (name: string, args: object = {}, id = 1) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } });
const words = (id = 1) => call("use_sentry", { request: WORDS }, id);

function post(authorization: string, body: unknown, address = "203.0.113.1", at = worker, path = "/mcp?agent=1") {
  const headers = { authorization, "content-type": "application/json", accept: "application/json", "cf-connecting-ip": address };
  return at.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
}

interface Answer {
  result: { isError?: boolean; content: { text: string }[] };
}
/** What became of a request in words: "done", or what was said instead. */
const became = ({ result }: Answer) => (result.isError ? result.content[0]!.text : "done");
const use = async (authorization: string, address?: string) => became((await (await post(authorization, words(), address)).json()) as Answer);
const WAIT = expect.stringContaining("Wait a minute") as unknown as string;

const modelRequests = async () => (await sentry.requests("/v1/")).length;
const confirmations = async () => (await sentry.requests("/api/0/auth/")).length;

describe("a Sentry token that is made up", () => {
  // rule: agent/confirmed-people-only
  it("never reaches the model: not once in a hundred requests of one address, with the real limiters", async () => {
    const vars = { LLM_API_KEY: "model-key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" };
    await using real = await startWorker({ sentry: sentry.url, environment: "canary", vars });
    const answers = await many(100, (index) => post(`Sentry-Bearer made-up-${index}`, words(), "203.0.113.9", real));
    expect(await modelRequests()).toBe(0);
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(401));
    expect(answers[0]!.headers.get("www-authenticate")).toMatch(/^Sentry-Bearer /);
    // And costs those who share the address nothing of their own.
    expect(became((await (await post(BO, words(), "203.0.113.9", real)).json()) as Answer)).toBe("done");
  });

  // rule: agent/confirmed-people-only
  it("is asked about once, however many messages its batch has", async () => {
    const { limiter, keys } = counting(10);
    chatLimiter = limiter;
    const answer = await post("Sentry-Bearer made-up", Array.from({ length: 20 }, (_, id) => words(id)));
    expect(answer.status).toBe(401);
    expect([await confirmations(), await modelRequests(), keys.length]).toEqual([1, 0, 0]);
  });

  // rule: agent/confirmed-people-only
  it.each([
    ["a status of 503", { kind: "status", status: 503, times: 10 }, "at the moment"],
    ["an answer that is none", { kind: "malformed" }, "at the moment"],
    ["a token of an organization (400)", { kind: "status", status: 400 }, "token of a person"],
  ] as const)("or of which Sentry says nothing does not either: %s", async (_, fault, said) => {
    await sentry.fault({ path: "/api/0/auth/", ...fault });
    expect(await use(`Sentry-Bearer demo-token-bo-${said.replaceAll(" ", "-")}`)).toContain(said);
    expect(await modelRequests()).toBe(0);
  });
});

describe("a Sentry token that Sentry confirms", () => {
  // rule: agent/confirmed-people-only
  it("is remembered for a while, and counts for its person and for the address", async () => {
    const { limiter, keys } = counting(10);
    chatLimiter = limiter;
    expect([await use(ADA), await use(ADA)]).toEqual(["done", "done"]);
    expect(await confirmations()).toBe(1);
    expect(keys).toEqual(["person:1001", "203.0.113.1", "person:1001", "203.0.113.1"]);
  });

  // rule: agent/confirmed-people-only
  it("is not asked about for anything but the model", async () => {
    for (const body of [{ jsonrpc: "2.0", id: 1, method: "tools/list" }, call("find_organizations"), call("use_sentry", { request: "" })]) {
      for (const path of ["/mcp", "/mcp?agent=1"]) expect((await post(ADA_READING, body, undefined, worker, path)).status).toBe(200);
    }
    expect(await confirmations()).toBe(0);
  });
});

describe("in a minute", () => {
  // rule: agent/uses-counted: uses of the model count by person and by address, with the chat's
  it("a person asks ten times, whatever they ask through and from wherever", async () => {
    const { tokens } = await signIn(worker);
    const chat = new Chat(worker);
    await chat.signIn();
    chatLimiter = counting(10).limiter;
    let address = 0;
    const from = () => `203.0.113.${++address}`;
    const ask = () => chat.post("/api/chat", { body: QUESTION, headers: { "cf-connecting-ip": from() } });
    const ways = [() => use(ADA, from()), () => use(ADA_READING, from()), () => use(`Bearer ${tokens.access_token}`, from())];
    for (let times = 0; times < 3; times += 1) {
      for (const way of ways) expect(await way()).toBe("done");
    }
    const tenth = await ask();
    expect(tenth.status).toBe(200);
    await tenth.text();
    const before = await modelRequests();
    for (const way of ways) expect(await way()).toEqual(WAIT);
    const refused = await ask();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await modelRequests()).toBe(before);
    expect(await use(BO, from()), "another person").toBe("done");
  });

  // rule: agent/uses-counted
  it("an address asks ten times, whoever it is", async () => {
    const chat = new Chat(worker);
    await chat.signIn({ user: "1002" });
    chatLimiter = (() => {
      const { limiter } = counting(10);
      return (key: string) => key.startsWith("person:") || limiter(key);
    })();
    let host = 0;
    const network = () => `2001:db8:1:2::${++host}`;
    for (let times = 0; times < 5; times += 1) for (const who of [ADA, BO]) expect(await use(who, network())).toBe("done");
    const before = await modelRequests();
    for (const who of [ADA, BO]) expect(await use(who, network())).toEqual(WAIT);
    const question = await chat.post("/api/chat", { body: QUESTION, headers: { "cf-connecting-ip": network() } });
    expect(question.status).toBe(429);
    expect(await modelRequests()).toBe(before);
    expect(await use(ADA, "2001:db8:1:3::1"), "another network").toBe("done");
    const list = { endpoint: "/mcp", call: { name: "tools/list" } };
    const command = await chat.post("/api/chat", { body: list, headers: { "cf-connecting-ip": network() } });
    expect(command.status, "a command asks no model").toBe(200);
  });

  // rule: agent/each-request-admitted
  it("a batch asks as often as its messages would alone", async () => {
    expect(await use(BO)).toBe("done");
    const each = await modelRequests();
    const { limiter, keys } = counting(10);
    chatLimiter = limiter;
    const answers = (await (await post(BO, Array.from({ length: 20 }, (_, id) => words(id)))).json()) as Answer[];
    expect(answers.map(became)).toEqual([...Array(10).fill("done"), ...Array(10).fill(WAIT)]);
    expect(await modelRequests()).toBe(11 * each);
    const once = ["person:1002", "203.0.113.1"];
    expect(keys, "and who was refused is not asked about again").toEqual([...Array(10).fill(once).flat(), "person:1002"]);
  });

  // rule: agent/each-request-admitted
  it("a refusal holds for the rest of its batch, whatever the limiter would say", async () => {
    const keys: string[] = [];
    chatLimiter = (key) => keys.push(key) > 1;
    const body = [words(1), call("find_organizations", {}, 2), words(3), words(4)];
    const answers = (await (await post(BO, body)).json()) as Answer[];
    expect(answers.map(became)).toEqual([WAIT, "done", WAIT, WAIT]);
    expect([keys, await modelRequests()]).toEqual([["person:1002"], 0]);
    expect(await use(BO), "and no longer").toBe("done");
  });
});

describe("where a limiter fails", () => {
  // rule: clients/failing-limiter
  it("the model is not used, and calls go on", async () => {
    const { tokens } = await signIn(worker);
    const chat = new Chat(worker);
    await chat.signIn();
    const running = endOf(await chat.ask(QUESTION));
    await sentry.forget();
    chatLimiter = callLimiter = broken;
    for (const who of [BO, `Bearer ${tokens.access_token}`]) expect(await use(who)).toContain("at the moment");
    const question = await chat.post("/api/chat", { body: QUESTION });
    expect([question.status, question.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await question.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(await modelRequests()).toBe(0);
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    expect((await post(BO, [call("find_organizations"), call("whoami")], undefined, worker, "/mcp")).status).toBe(200);
    expect((await chat.ask({ endpoint: "/mcp", call: { name: "whoami" } })).length).toBeGreaterThan(0);
    const told = (await worker.flushedLogs()).filter(({ message }) => message.includes("a limiter does not answer"));
    expect(new Set(told.map(({ message }) => /[A-Z_]+_RATE_LIMITER/.exec(message)![0]))).toEqual(
      new Set(["CHAT_RATE_LIMITER", "MCP_IP_RATE_LIMITER", "MCP_USER_RATE_LIMITER"]),
    );
    chatLimiter = callLimiter = () => true;
    expect(endOf(await chat.ask(QUESTION)), "nothing was lost").toBe(running);
  });
});
