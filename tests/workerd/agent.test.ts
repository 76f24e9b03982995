// Agent mode: /mcp?agent=1, with the local Sentry's scripted model.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Registered, register, signIn } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, vars: { LLM_API_KEY: "model-key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" } });
  client = await register(worker);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

const tokenFor = async (skills: string[]) => (await signIn(worker, { client, choices: { skills } })).tokens.access_token;

interface Answer {
  result?: { isError?: boolean; content?: { text: string }[]; tools?: { name: string }[] };
  error?: { code: number; message: string };
}

/** One message to `path`, with an access token or any other header. */
async function post(path: string, authorization: string, method: string, params: object = {}, at = worker, more: Record<string, string> = {}) {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { authorization, "content-type": "application/json", accept: "application/json", "mcp-protocol-version": "2025-11-25", ...more };
  return await at.fetch(path, { method: "POST", headers, body });
}
const ask = async (path: string, authorization: string, method: string, params: object = {}, at = worker) =>
  (await (await post(path, authorization, method, params, at)).json()) as Answer;
const use = (path: string, authorization: string, args: object) =>
  ask(path, authorization, "tools/call", { name: "use_sentry", arguments: args });
const names = (answer: Answer) => answer.result!.tools!.map((tool) => tool.name);
const written = async () => (await sentry.requests("/api/")).filter(({ method }) => method === "PUT" || method === "POST");
const ADA = "Sentry-Bearer demo-token-ada";

describe("agent mode", () => {
  // rule: agent/one-tool-where-asked
  it("offers one tool, where the URL asks for it and nowhere else", async () => {
    expect(names(await ask("/mcp?agent=1", ADA, "tools/list"))).toEqual(["use_sentry"]);
    for (const query of ["", "?agent=0", "?agent", "?agent=10", "?xagent=1", "?a=1&agent=2"]) {
      expect(names(await ask(`/mcp${query}`, ADA, "tools/list")), query).not.toContain("use_sentry");
    }
    const there = await ask("/mcp", ADA, "tools/call", { name: "use_sentry", arguments: { request: "who am I?" } });
    expect(there.error?.code).toBe(-32602);
  });

  // rule: agent/bounded-and-told
  it("answers a request in words, and shows each step", async () => {
    const { result } = await use("/mcp?utm=x&agent=1", ADA, { request: "what broke today?" });
    expect(result?.isError).toBeFalsy();
    expect(result!.content![0]!.text).toContain("The latest trouble is");
    expect(result!.content![1]!.text).toMatch(/find_organizations[\s\S]*search_issues[\s\S]*get_issue_details/);
  });

  it("works with an OAuth token, for the organization of its URL", async () => {
    const token = await tokenFor(["inspect"]);
    const { result } = await use("/mcp/lighthouse-books?agent=1", `Bearer ${token}`, { request: "which projects are there?" });
    expect(result!.content![0]!.text).toContain("checkout");
    expect(result!.content![1]!.text).not.toContain("find_organizations");
  });

  // rule: agent/limits-of-any-call: skill, scope and limits are those of any call; challenges are the transport's
  it("allows nothing more: skills, scopes and the URL's limits are those of any call", async () => {
    const token = await tokenFor(["inspect"]);
    const request = "resolve CHECKOUT-4 in organization lighthouse-books";
    // What the token may not do is the challenge of any call: the client steps up.
    const refused = await post("/mcp?agent=1", `Bearer ${token}`, "tools/call", { name: "use_sentry", arguments: { request, allow_changes: true } });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain('scope="event:write org:read"');
    const skill = await tokenFor(["inspect", "seer"]);
    const { result } = await use("/mcp?agent=1", `Bearer ${skill}`, { request, allow_changes: true });
    expect(result!.content![1]!.text).toContain("Triage");
    expect(await written()).toEqual([]);
    const elsewhere = await use("/mcp/quiet-harbor?agent=1", ADA, { request: "CHECKOUT-1" });
    expect(elsewhere.result!.content![1]!.text).toContain("failed");
    expect((await post("/mcp?agent=1", "Bearer made-up", "tools/list")).status).toBe(401);
    const whoami = await ask("/mcp?agent=1", ADA, "tools/call", { name: "whoami", arguments: {} });
    expect(whoami.result?.isError).toBeFalsy();
  });

  // rule: agent/allow-changes
  it("changes something only where that was allowed", async () => {
    const request = "resolve CHECKOUT-7 in organization lighthouse-books";
    expect(await written()).toHaveLength(0);
    const asked = await use("/mcp?agent=1", ADA, { request });
    expect(asked.result!.content![0]!.text).toContain("Nothing was changed");
    expect(asked.result!.content![1]!.text).toContain("update_issue");
    expect(await written()).toHaveLength(0);
    const done = await use("/mcp?agent=1", ADA, { request, allow_changes: true });
    expect(done.result!.content![0]!.text).toContain("resolved");
    expect(await written()).toHaveLength(1);
  });

  // rule: agent/model-trouble
  it("says what is wrong with the model in its own words", async () => {
    await sentry.fault({ path: "/v1/", kind: "status", status: 401, body: '{"error":{"message":"bad key model-key"}}' });
    const { result } = await use("/mcp?agent=1", "Sentry-Bearer demo-token-bo", { request: "who am I?" });
    expect(result?.isError).toBe(true);
    expect(result!.content![0]!.text).toContain("LLM_API_KEY");
    expect(JSON.stringify(result)).not.toContain("model-key");
  });

  // rule: agent/one-tool-where-asked
  it("is not offered without a model, and the error says so", async () => {
    await using bare = await startWorker({ sentry: sentry.url });
    expect(names(await ask("/mcp?agent=1", "Sentry-Bearer demo-token-bo", "tools/list", {}, bare))).toContain("search_issues");
    const { error } = await ask("/mcp?agent=1", "Sentry-Bearer demo-token-bo", "tools/call", { name: "use_sentry", arguments: { request: "x" } }, bare);
    expect(error?.code).toBe(-32602);
    expect(error?.message).toContain("LLM_API_KEY");
  });

  // From other addresses: the limits by address are in model-use.test.ts.
  // rule: agent/counts-once: a request in words counts once against `CHAT_RATE_LIMITER`
  it("is limited by who asks: ten requests in words a minute, however often each asks the model", async () => {
    const vars = { LLM_API_KEY: "model-key", LLM_BASE_URL: `${sentry.url}/v1` };
    await using limited = await startWorker({ sentry: sentry.url, environment: "canary", vars });
    const params = { name: "use_sentry", arguments: { request: "which projects are there in organization quiet-harbor?" } };
    let address = 0;
    const bo = async (token = "demo-token-bo") => {
      const from = { "cf-connecting-ip": `203.0.113.${++address}` };
      return ((await (await post("/mcp?agent=1", `Sentry-Bearer ${token}`, "tools/call", params, limited, from)).json()) as Answer).result!;
    };
    for (let i = 0; i < 10; i += 1) expect((await bo()).isError, `${i}`).toBeFalsy();
    const eleventh = await bo();
    expect(eleventh.isError).toBe(true);
    expect(eleventh.content![0]!.text).toContain("Wait a minute");
    expect((await bo("demo-token-ada-readonly")).content![0]!.text).not.toContain("Wait a minute");
  });

  // rule: agent/limits-of-any-call
  it("ends with the sign-in at Sentry like any call", async () => {
    const token = await tokenFor(["inspect"]);
    await sentry.revoke({ user: "1001" });
    const ended = await post("/mcp?agent=1", `Bearer ${token}`, "tools/call", { name: "use_sentry", arguments: { request: "who am I?" } });
    expect(ended.status).toBe(401);
    expect(ended.headers.get("www-authenticate")).toContain('error="invalid_token"');
  });
});
