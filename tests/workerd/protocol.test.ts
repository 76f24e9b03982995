// The protocol at the worker: what crates/mcp decides reaches the wire, in the newest version and the ones before.
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Keychain, connect } from "../support/client.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Tokens, signIn } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let tokens: Tokens;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  ({ tokens } = await signIn(worker));
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

interface Answer {
  status: number;
  headers: Headers;
  body: { id?: unknown; result?: Record<string, any>; error?: { code: number; data?: any } };
}

/** A request of 2026-07-28, with headers and `_meta` as its clients send them, and what the test changes. */
async function ask(method: string, params: Record<string, unknown> = {}, changed: Record<string, string | undefined> = {}, capabilities = {}): Promise<Answer> {
  const name = params.name ?? params.uri;
  const headers: Record<string, string | undefined> = {
    authorization: `Bearer ${tokens.access_token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...(name !== undefined && { "mcp-name": String(name) }),
    ...changed,
  };
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  const response = await worker.fetch("/mcp", {
    method: "POST",
    headers: Object.entries(headers).filter((header): header is [string, string] => header[1] !== undefined),
    body: JSON.stringify({ jsonrpc: "2.0", id: "q", method, params: { ...params, _meta: meta } }),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

describe("2026-07-28", () => {
  // rule: mcp/over-http: version 2026-07-28 is served the same at the worker, over HTTP
  it("is discovered, with what the grant's skills give", async () => {
    const { status, headers, body } = await ask("server/discover");
    expect(status).toBe(200);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("mcp-session-id")).toBeNull();
    expect(body.result).toMatchObject({
      resultType: "complete",
      supportedVersions: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
      capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
      cacheScope: "private",
    });
    expect(body.result?._meta["io.modelcontextprotocol/serverInfo"].name).toBe("sentry");
    // An icon is for https: it must come from the server's own origin.
    expect(body.result?._meta["io.modelcontextprotocol/serverInfo"].icons).toBeUndefined();
  });

  // rule: mcp/over-http
  it.each([
    ["another version in the header", { "mcp-protocol-version": "2025-11-25" }, 400, -32020],
    ["no version in the header", { "mcp-protocol-version": undefined }, 400, -32020],
    ["another method in the header", { "mcp-method": "tools/list" }, 400, -32020],
    ["no method in the header", { "mcp-method": undefined }, 400, -32020],
    ["another name in the header", { "mcp-name": "find_projects" }, 400, -32020],
    ["no name in the header", { "mcp-name": undefined }, 400, -32020],
    ["the name in base64", { "mcp-name": `=?base64?${btoa("whoami")}?=` }, 200, undefined],
  ])("a call with %s", async (_, changed, status, code) => {
    const answer = await ask("tools/call", { name: "whoami", arguments: {} }, changed);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect(answer.body.id).toBe("q");
  });

  // rule: mcp/over-http
  it("has neither initialize nor ping", async () => {
    for (const method of ["initialize", "ping", "subscriptions/listen"]) {
      const { status, body } = await ask(method);
      expect([status, body.error?.code]).toEqual([404, -32601]);
    }
  });

  // rule: mcp/over-http
  it("lists without asking Sentry, and says how long the list may be kept", async () => {
    await sentry.forget();
    const { body } = await ask("tools/list");
    expect(body.result).toMatchObject({ resultType: "complete", ttlMs: 300_000, cacheScope: "private" });
    await ask("prompts/list");
    await ask("resources/templates/list");
    expect(await sentry.requests("/api/")).toEqual([]);
  });

  // rule: mcp/person-is-asked
  it("asks which organization is meant, and takes the answer", async () => {
    const elicitation = { elicitation: { form: {} } };
    const first = await ask("tools/call", { name: "search_issues", arguments: {} }, {}, elicitation);
    expect(first.body.result?.resultType).toBe("input_required");
    const [key, question] = Object.entries<any>(first.body.result?.inputRequests)[0]!;
    expect(question.method).toBe("elicitation/create");
    const choices: string[] = question.params.requestedSchema.properties.organizationSlug.enum;
    expect(choices).toContain("lighthouse-books");

    const inputResponses = { [key]: { action: "accept", content: { organizationSlug: "lighthouse-books" } } };
    const second = await ask("tools/call", { name: "search_issues", arguments: {}, inputResponses }, {}, elicitation);
    expect(second.body.result?.resultType).toBe("complete");
    expect(second.body.result?.content[0].text).toContain("lighthouse-books");

    const without = await ask("tools/call", { name: "search_issues", arguments: {} });
    expect(without.body.result).toMatchObject({ resultType: "complete", isError: true });
  });

  // rule: mcp/over-http
  it("is told from a browser as well", async () => {
    const { headers } = await worker.fetch("/mcp", {
      method: "OPTIONS",
      headers: { origin: "http://localhost:6274", "access-control-request-method": "POST", "access-control-request-headers": "mcp-method, mcp-name" },
    });
    expect(headers.get("access-control-allow-headers")).toContain("Mcp-Method, Mcp-Name");
  });
});

// rule: mcp/over-http
it("a version that nobody speaks is told the ones that are", async () => {
  const response = await worker.fetch("/mcp", {
    method: "POST",
    headers: { authorization: `Bearer ${tokens.access_token}`, "content-type": "application/json", "mcp-protocol-version": "2030-01-01" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as Answer["body"];
  expect(error?.code).toBe(-32022);
  expect(error?.data).toEqual({ requested: "2030-01-01", supported: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"] });
});

describe("the official SDK", () => {
  let client: Client;
  beforeAll(async () => {
    client = await connect(new URL("/mcp", worker.url), new Keychain());
  });
  afterAll(() => client?.close());

  // rule: mcp/issue-resource-and-completions
  // rule: others/typescript-sdk-features: the official TypeScript SDK finds and uses prompts, resources and completions
  it("finds and fills in the prompts", async () => {
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(expect.arrayContaining(["fix_issue", "whats_broken", "triage_week", "clean_up_noise"]));
    const { messages } = await client.getPrompt({ name: "fix_issue", arguments: { issue: "CHECKOUT-1", organization: "lighthouse-books" } });
    expect(JSON.stringify(messages)).toContain("issueId `CHECKOUT-1`");
    await expect(client.getPrompt({ name: "fix_issue" })).rejects.toMatchObject({ code: -32602 });
  });

  // rule: mcp/issue-resource-and-completions
  // rule: others/typescript-sdk-features
  it("reads an issue as a resource", async () => {
    expect((await client.listResources()).resources).toEqual([]);
    const { resourceTemplates } = await client.listResourceTemplates();
    const uri = resourceTemplates[0]!.uriTemplate.replace("{organizationSlug}", "lighthouse-books").replace("{issueId}", "CHECKOUT-1");
    const { contents } = await client.readResource({ uri });
    expect(contents).toHaveLength(1);
    expect(contents[0]).toMatchObject({ uri, mimeType: "text/markdown", text: expect.stringContaining("GatewayUnavailable") });
    await expect(client.readResource({ uri: `${uri}000` })).rejects.toMatchObject({ code: -32002 });
  });

  // rule: mcp/issue-resource-and-completions
  // rule: others/typescript-sdk-features
  it("completes organizations and projects", async () => {
    const ref = { type: "ref/prompt" as const, name: "whats_broken" };
    const organization = await client.complete({ ref, argument: { name: "organization", value: "light" } });
    expect(organization.completion.values).toEqual(["lighthouse-books"]);
    const context = { arguments: { organization: "lighthouse-books" } };
    const project = await client.complete({ ref, argument: { name: "project", value: "" }, context });
    expect(project.completion.values).toContain("shop-window");
  });
});
