// Events of real SDKs through sentry-mcp, as an editor starts it: each tool answers as it was reviewed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { CallToolResult } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CaseSentry, ORGANIZATION, TOOLS, asReviewed, cases, reviewed, startCaseSentry } from "../support/cases.ts";

const root = dirname(dirname(import.meta.dirname));
const command = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "sentry-mcp");
const folder = mkdtempSync(join(tmpdir(), "sentry-mcp-cases-"));

let sentry: CaseSentry;
let client: Client;
const connect = async (more: Record<string, string> = {}) => {
  const env = { SENTRY_URL: sentry.url, SENTRY_ACCESS_TOKEN: "token", SENTRY_MCP_CONFIG_DIR: folder, SENTRY_MCP_STORE: "file", ...more };
  const connected = new Client({ name: "test", version: "1" });
  await connected.connect(new StdioClientTransport({ command, env, stderr: "pipe" }));
  return connected;
};
beforeAll(async () => {
  sentry = await startCaseSentry();
  client = await connect();
});
afterAll(async () => {
  await client?.close();
  await sentry?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const say = async (from: Client, name: string, args: Record<string, unknown>) => {
  const [first] = ((await from.callTool({ name, arguments: args })) as CallToolResult).content;
  return first?.type === "text" ? first.text : "";
};

// rule: mcp/real-events
describe.each(cases)("the case $name", ({ name, issueId }) => {
  it.each(TOOLS)("is told by %s as it was reviewed", async (tool) => {
    const text = await say(client, tool, { organizationSlug: ORGANIZATION, issueId });
    expect(asReviewed(text, sentry.url)).toBe(reviewed(name, tool));
  });
});

// rule: mcp/untrusted-omit
it("text of others is left out with UNTRUSTED_TEXT=omit", async () => {
  const strict = await connect({ UNTRUSTED_TEXT: "omit" });
  const { issueId } = cases.find(({ name }) => name === "local-variables")!;
  const text = await say(strict, "get_issue_details", { organizationSlug: ORGANIZATION, issueId });
  await strict.close();
  expect(text).toContain("stock/count.py:14");
  expect(text).not.toContain("copies must not be negative");
});
