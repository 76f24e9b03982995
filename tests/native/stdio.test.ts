// sentry-mcp as an editor starts it: the official SDK over the pipe, and what happens when the pipe breaks.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";

const root = dirname(dirname(import.meta.dirname));
const command = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "sentry-mcp");

let sentry: DemoSentry;
const folder = mkdtempSync(join(tmpdir(), "sentry-mcp-"));
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await sentry?.stop();
});

const environment = (more: Record<string, string> = {}) => ({
  SENTRY_URL: sentry.url,
  SENTRY_MCP_CONFIG_DIR: folder,
  SENTRY_MCP_STORE: "file",
  ...more,
});
const ada = { SENTRY_ACCESS_TOKEN: "demo-token-ada" };

async function connect(env: Record<string, string>, args: string[] = []) {
  const transport = new StdioClientTransport({ command, args, env: environment(env), stderr: "pipe" });
  let error = "";
  transport.stderr!.on("data", (chunk: Buffer) => (error += chunk.toString()));
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  return { client, transport, said: () => error, [Symbol.asyncDispose]: () => client.close() };
}

const call = async (client: Client, name: string, args: Record<string, unknown> = {}) =>
  (await client.callTool({ name, arguments: args })) as CallToolResult;
const text = (result: CallToolResult) => result.content.map((part) => (part.type === "text" ? part.text : "")).join("\n");

/** Nothing of this process's own environment. */
const bare = (env?: Record<string, string>) => environment(env) as unknown as NodeJS.ProcessEnv;

/** Without the SDK: the pipe itself. */
function start(env: Record<string, string> = ada) {
  const child = spawn(command, [], { env: bare(env), stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const next = async () => JSON.parse((await lines.next()).value as string) as { id?: unknown; result?: object; error?: { code: number } };
  return { child, next, ended };
}
const ping = (id: number) => `${JSON.stringify({ jsonrpc: "2.0", id, method: "ping" })}\n`;

describe("the official SDK", () => {
  // rule: stdio/protocol-output-only
  it("lists tools, prompts and resources, and calls", async () => {
    await using session = await connect(ada);
    const { client } = session;
    expect(client.getServerVersion()?.name).toBe("sentry");
    expect(client.getInstructions()).toContain("search_issues");
    expect((await client.listTools()).tools.map((tool) => tool.name)).toContain("search_issues");
    expect((await client.listPrompts()).prompts.length).toBeGreaterThan(0);
    const whoami = await call(client, "whoami");
    expect(whoami.structuredContent).toMatchObject({ user: { id: "1001" } });
    expect(text(await call(client, "get_issue_details", { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-1" }))).toContain("CHECKOUT-1");
    const issue = await client.readResource({ uri: "sentry://issues/lighthouse-books/CHECKOUT-1" }).catch((error: Error) => error);
    expect(issue).toBeDefined();
    await expect(call(client, "nonsense")).rejects.toThrow("-32602");
    expect(session.said()).toBe("");
  });

  // rule: mcp/narrowed-connection
  it("is limited by the options, and says so", async () => {
    await using session = await connect(ada, ["--readonly", "--all", "--skills", "inspect,triage"]);
    const { tools } = await session.client.listTools();
    expect(tools.map(({ name }) => name)).toContain("get_trace_details");
    expect(tools.filter(({ annotations }) => !annotations?.readOnlyHint)).toEqual([]);
    expect(session.client.getInstructions()).toContain("it reads only; only the skills inspect, triage");
    const refused = await call(session.client, "update_issue", { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7", status: "resolved" });
    expect(refused.isError).toBe(true);
    expect(text(refused)).toContain("`readonly`");
    await using other = await connect(ada, ["--tools", "whoami,get_trace_details"]);
    expect((await other.client.listTools()).tools.map(({ name }) => name)).toEqual(["get_trace_details", "whoami"]);
  });

  // rule: stdio/byte-order-mark: a byte order mark before the first line is passed over, and said
  it("passes over a byte order mark before the first line, and says so", async () => {
    const { child, next, ended } = start();
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.write(`\ufeff${ping(1)}`);
    expect(await next()).toMatchObject({ id: 1, result: {} });
    child.stdin.write(`\ufeff${ping(2)}`);
    expect((await next()).error, "elsewhere it is no JSON").toMatchObject({ code: -32700 });
    child.stdin.end();
    expect(await ended).toBe(0);
    expect(said.match(/byte order mark/g)).toHaveLength(1);
  });

  // rule: resource/token-mistakes
  it.each([
    [{ SENTRY_ACCESS_TOKEN: "${input:sentry_token}" }, "SENTRY_ACCESS_TOKEN: in place of the token"],
    [{ SENTRY_ACCESS_TOKEN: '"sntryu_secret"' }, "SENTRY_ACCESS_TOKEN: the token stands in quotes"],
    [{ SENTRY_ACCESS_TOKEN: "\ufeffsntryu_secret" }, "byte order mark"],
    [{ ...ada, SENTRY_URL: "https://sentry.example/api/0/" }, "without /api/0"],
  ])("says what is wrong with %o before anything is sent", async (variables, words) => {
    await sentry.forget();
    const { child, ended } = start(variables);
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    expect(await ended).toBe(2);
    expect(said).toContain(words);
    expect(said).not.toContain("sntryu_secret");
    expect(await sentry.requests("/")).toEqual([]);
  });

  // rule: stdio/thousand-in-flight
  it("has a thousand calls in flight", async () => {
    await using session = await connect(ada);
    await sentry.fault({ path: "/api/0/auth/", kind: "latency_ms", ms: 200, times: 24 });
    const all = await Promise.all(Array.from({ length: 1000 }, () => call(session.client, "whoami")));
    expect(all.filter((result) => !result.isError)).toHaveLength(1000);
  });

  // rule: stdio/called-off
  it("calls off what it no longer waits for, and goes on", async () => {
    await using session = await connect(ada);
    await sentry.fault({ path: "/api/0/auth/", kind: "latency_ms", ms: 60_000, times: 1 });
    const gone = session.client.callTool({ name: "whoami", arguments: {} }, undefined, { timeout: 300 });
    await expect(gone).rejects.toThrow(/timed out/i);
    await sentry.noFaults();
    expect((await call(session.client, "whoami")).isError).toBeFalsy();
  });

  // rule: stdio/nobody-signed-in
  it("is told when nobody is signed in, and when Sentry refuses the token", async () => {
    await using nobody = await connect({});
    expect((await nobody.client.listTools()).tools.length).toBeGreaterThan(0);
    await expect(call(nobody.client, "whoami")).rejects.toThrow("sentry-mcp auth login");
    expect(nobody.said()).toContain("Nobody is signed in");
    await using refused = await connect({ SENTRY_ACCESS_TOKEN: "made-up" });
    await expect(call(refused.client, "whoami")).rejects.toThrow("SENTRY_ACCESS_TOKEN");
    expect(refused.said()).not.toContain("made-up");
  });

  // rule: agent/bounded-and-told
  it("reaches one tool in agent mode, whose result shows every step", async () => {
    await using session = await connect({ ...ada, LLM_API_KEY: "any", LLM_BASE_URL: `${sentry.url}/v1` }, ["--agent"]);
    expect((await session.client.listTools()).tools.map((tool) => tool.name)).toEqual(["use_sentry"]);
    const said = text(await call(session.client, "use_sentry", { request: "what broke today?" }));
    expect(said).toContain("The latest trouble is");
    expect(said).toMatch(/1\. `find_organizations`[\s\S]*2\. `search_issues`[\s\S]*3\. /);
  });

  // rule: stdio/device-code-sign-in
  it("signs in by device code, and serves with that", async () => {
    const login = spawn(command, ["auth", "login", "--client-id", "demo-client"], { env: bare(), stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((resolve) => login.once("exit", resolve));
    for await (const line of createInterface({ input: login.stdout })) {
      const code = /^\s+([A-Z]{4}-[A-Z]{4})$/.exec(line)?.[1];
      if (code) {
        await fetch(`${sentry.url}/oauth/device/`, { method: "POST", body: new URLSearchParams({ user_code: code, user: "1001", action: "approve" }) });
      }
    }
    expect(await ended).toBe(0);
    await using session = await connect({});
    expect((await call(session.client, "whoami")).structuredContent).toMatchObject({ user: { id: "1001" } });
    await sentry.expire({});
    expect((await call(session.client, "whoami")).structuredContent).toMatchObject({ user: { id: "1001" } });
    const kept = JSON.parse(readFileSync(join(folder, "sign-ins.json"), "utf8")) as Record<string, unknown>;
    expect(Object.keys(kept)).toEqual([sentry.url]);
  });
});

describe("the pipe", () => {
  // rule: stdio/garbage-and-long-lines
  it("may carry garbage and ten mebibytes", async () => {
    const { child, next, ended } = start();
    child.stdin.write("garbage\n");
    expect((await next()).error?.code).toBe(-32700);
    child.stdin.write(`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"${"x".repeat(10 << 20)}"}}\n`);
    expect(await next()).toMatchObject({ id: 9, error: { code: -32600 } });
    child.stdin.write(ping(1));
    expect(await next()).toMatchObject({ id: 1, result: {} });
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  // rule: stdio/ends
  it("may be half closed: what was asked is answered", async () => {
    const { child, next, ended } = start();
    await sentry.fault({ path: "/api/0/auth/", kind: "latency_ms", ms: 300, times: 1 });
    child.stdin.end(`${JSON.stringify({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "whoami" } })}\n`);
    expect(await next()).toMatchObject({ id: 5 });
    expect(await ended).toBe(0);
  });

  // rule: stdio/ends
  it("may lose its reader", async () => {
    const { child, next, ended } = start();
    child.stdin.write(ping(1));
    await next();
    child.stdout.destroy();
    const writing = setInterval(() => child.stdin.write(ping(2)), 20);
    expect(await ended).toBe(0);
    clearInterval(writing);
  });

  // rule: stdio/ends
  it.each(["SIGTERM", "SIGINT"] as const)("ends at once with calls under way on %s", async (signal) => {
    const { child, next, ended } = start();
    await sentry.fault({ path: "/api/0/auth/", kind: "latency_ms", ms: 60_000, times: 1 });
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 5, method: "tools/call", params: { name: "whoami" } })}\n${ping(1)}`);
    await next();
    const begun = Date.now();
    child.kill(signal);
    expect(await ended).toBe(0);
    expect(Date.now() - begun).toBeLessThan(2000);
    await sentry.noFaults();
  });

  // rule: stdio/ends
  it("leaves nothing behind when it is killed", async () => {
    const { child, next, ended } = start();
    child.stdin.write(ping(1));
    await next();
    child.kill("SIGKILL");
    expect(await ended).toBeNull();
    const again = start();
    again.child.stdin.end(ping(2));
    expect(await again.next()).toMatchObject({ id: 2 });
  });
});
