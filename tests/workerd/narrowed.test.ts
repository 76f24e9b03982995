// A connection whose own address makes it narrower than its sign-in, or its list longer.
// file rule: mcp/narrowed-connection: `readonly`, `skills`, `tools` (and `X-MCP-Readonly`) only narrow; `all` lists everything; what means
//    nothing is a 400 that names it
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAccount } from "../support/account.ts";
import { Keychain, connect } from "../support/client.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Registered, authorizationUrl, register, rpc, signIn } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const ALL_SKILLS = ["inspect", "seer", "triage", "project-management"];

interface Listed {
  name: string;
  annotations: { readOnlyHint: boolean };
}

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
let token: string;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  client = await register(worker);
  token = (await signIn(worker, { client, choices: { skills: ALL_SKILLS } })).tokens.access_token;
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

/** One message at `/mcp`, with this query and these headers. */
const ask = (query: string, method: string, params?: object, headers: Record<string, string> = {}, authorization = `Bearer ${token}`) =>
  worker.fetch(`/mcp${query}`, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", accept: "application/json", "mcp-protocol-version": "2025-11-25", ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
const result = async <T>(response: Response) => ((await response.json()) as { result: T }).result;
const list = async (query: string, headers = {}, authorization?: string) =>
  (await result<{ tools: Listed[] }>(await ask(query, "tools/list", undefined, headers, authorization))).tools;
const names = (tools: Listed[]) => tools.map(({ name }) => name);
const say = async (query: string, name: string, args: object, headers = {}) => {
  const response = await ask(query, "tools/call", { name, arguments: args }, headers);
  expect(response.status).toBe(200);
  const { isError, content } = await result<{ isError?: boolean; content: { text: string }[] }>(response);
  return { isError: isError ?? false, text: content[0]!.text };
};
const instructions = async (query: string) =>
  (
    await result<{ instructions: string }>(
      await ask(query, "initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } }),
    )
  ).instructions;
const resolve = { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7", status: "resolved" };
const changes = async () => (await sentry.requests("/api/0/")).filter(({ method, path }) => method === "PUT" && path.includes("/issues/")).length;

describe("readonly", () => {
  it.each([
    ["?readonly=1", {}],
    ["?readonly=true&readonly=0", {}],
    ["?readonly", {}],
    ["", { "x-mcp-readonly": "true" }],
    ["?readonly=0", { "x-mcp-readonly": "1" }],
  ])("lists and runs nothing that changes something (%s %o)", async (query, headers) => {
    const tools = await list(query, headers);
    expect(names(tools)).toContain("search_issues");
    expect(tools.filter(({ annotations }) => !annotations.readOnlyHint)).toEqual([]);
    const before = await changes();
    for (const [name, args] of [
      ["update_issue", resolve],
      ["execute_sentry_tool", { name: "update_issue", arguments: resolve }],
      ["execute_sentry_tool", { name: "add_issue_note", arguments: { ...resolve, text: "x" } }],
    ] as const) {
      const { isError, text } = await say(query, name, args, headers);
      expect(isError).toBe(true);
      expect(text).toContain("`readonly`");
    }
    expect(await changes()).toBe(before);
  });

  it("is not there where nobody asks for it", async () => {
    for (const query of ["", "?readonly=0", "?utm_source=readonly"]) expect(names(await list(query))).toContain("update_issue");
    expect(names(await list("", { "x-mcp-readonly": "false" }))).toContain("update_issue");
  });
});

it("keeps to the skills and tools that the connection names, of those that were allowed", async () => {
  expect(names(await list("?skills=inspect,docs"))).not.toContain("update_issue");
  expect(names(await list("?skills=inspect%2Ctriage"))).toContain("update_issue");
  expect(names(await list("?tools=search_issues,get_issue_details"))).toEqual(["search_issues", "get_issue_details"]);
  expect((await say("?tools=search_issues", "whoami", {})).text).toContain("`tools`");
  const inspect = (await signIn(worker, { client, choices: { skills: ["inspect"] } })).tokens.access_token;
  expect(names(await list("?skills=inspect,triage", {}, `Bearer ${inspect}`))).not.toContain("update_issue");
  expect(names(await list("?skills=inspect", {}, "Sentry-Bearer demo-token-ada"))).not.toContain("update_issue");
});

it("lists the whole catalogue", async () => {
  const known = ((await (await worker.fetch("/api/metadata")).json()) as { tools: Listed[] }).tools;
  expect(names(await list("?all=1"))).toEqual(names(known));
  expect((await list("")).length).toBeLessThan(known.length);
  expect(names(await list("?all=1&readonly=1"))).not.toContain("create_dsn");
});

it("is named in the instructions", async () => {
  expect(await instructions("")).not.toContain("narrowed");
  const words = await instructions("?readonly=1&skills=inspect&tools=search_issues");
  expect(words).toContain("narrowed by its own parameters: it reads only; only the skills inspect; only the tools search_issues.");
});

it.each([
  ["?readonly=yes", "`yes`"],
  ["?all=please", "`please`"],
  ["?skills=inspect,admin", "`admin`"],
  ["?skills=", "no skill"],
  ["?tools=search_isues", "did you mean `search_issues`?"],
  ["?tools=", "no tool"],
  [`?tools=${"x".repeat(7000)}`, "no such tool"],
  ["?skills=%00%E2%80%AE%22", "no such skill"],
])("refuses %s and says why, with a token and without", async (query, words) => {
  for (const authorization of [`Bearer ${token}`, "Bearer nonsense"]) {
    const response = await ask(query, "tools/list", undefined, {}, authorization);
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { error, error_description } = (await response.json()) as { error: string; error_description: string };
    expect(error).toBe("invalid_request");
    expect(error_description).toContain(words);
    expect(error_description.length).toBeLessThan(400);
  }
});

it("may be asked for from a browser's script", async () => {
  const preflight = await worker.fetch("/mcp?readonly=1", {
    method: "OPTIONS",
    headers: { origin: "https://a.example", "access-control-request-method": "POST", "access-control-request-headers": "x-mcp-readonly" },
  });
  expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("x-mcp-readonly");
});

describe("a sign-in at such an address", () => {
  it("is kept by the grant, whose tokens are good for no more at another address, and stands on the account page", async () => {
    const parameters = { resource: `${worker.origin}/mcp?readonly=1&utm_source=x` };
    const person = new Person();
    const consent = await person.request(authorizationUrl(worker, client, parameters));
    const page = await consent.text();
    expect(page).toContain("it reads only");
    expect(page).not.toContain('value="triage"');
    const { tokens } = await signIn(worker, { client, person, parameters });
    const bearer = `Bearer ${tokens.access_token}`;
    for (const query of ["", "?readonly=0", "?readonly=1"]) {
      expect(names(await list(query, {}, bearer))).not.toContain("update_issue");
    }
    const { connections } = await openAccount(worker, person);
    expect(connections.filter(({ text }) => text.includes("Limited by its address it reads only"))).toHaveLength(1);
  });

  it("leads an SDK through, with the query in resource and challenge as it was asked", async () => {
    const server = new URL("/mcp?readonly=1&tools=search_issues,update_issue", worker.url);
    const challenge = (await worker.fetch(server.href, { method: "POST" })).headers.get("www-authenticate");
    expect(challenge).toContain(`/.well-known/oauth-protected-resource/mcp${server.search}"`);
    const keychain = new Keychain();
    const editor = await connect(server, keychain);
    expect(keychain.asked?.searchParams.get("resource")).toBe(server.href);
    expect((await editor.listTools()).tools.map(({ name }) => name)).toEqual(["search_issues"]);
    expect(editor.getInstructions()).toContain("it reads only");
    await editor.close();
  });

  it("does not begin with a value that means nothing", async () => {
    const url = authorizationUrl(worker, client, { resource: `${worker.origin}/mcp?skills=admin` });
    const answer = await new Person().consent(url);
    expect(answer).toBeInstanceOf(URL);
    const { searchParams } = answer as URL;
    expect(searchParams.get("error")).toBe("invalid_target");
    expect(searchParams.get("error_description")).toContain("`admin`");
  });
});

it("counts for a request in words as well", async () => {
  const response = await rpc(worker, token, { path: "/mcp?readonly=1&agent=1", method: "tools/list" });
  const { tools } = await result<{ tools: Listed[] }>(response);
  expect(tools.filter(({ annotations }) => !annotations.readOnlyHint)).toEqual([]);
});
