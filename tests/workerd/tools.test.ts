// What an agent reaches after sign-in: the whole catalogue, and no more than was ticked.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Registered, register, rpc, signIn } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  client = await register(worker);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

const tokenFor = async (skills: string[]) => (await signIn(worker, { client, choices: { skills } })).tokens.access_token;
const call = (token: string, name: string, args: object) =>
  rpc(worker, token, { method: "tools/call", params: { name, arguments: args } });
const say = async (token: string, name: string, args: object) => {
  const { result } = (await (await call(token, name, args)).json()) as {
    result: { isError?: boolean; content: { text: string }[] };
  };
  return { isError: result.isError ?? false, text: result.content[0]!.text };
};
const issue = { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7" };

describe("a tool that writes", () => {
  // rule: mcp/missing-scope-or-skill: a missing scope is the transport's to say, a missing skill a tool error, also
  //    through `execute_sentry_tool`
  it("is a 403 that names all its scopes where the token lacks one, by its own name and through another", async () => {
    const token = await tokenFor(["inspect"]);
    for (const response of [
      await call(token, "update_issue", { ...issue, status: "resolved" }),
      await call(token, "execute_sentry_tool", { name: "add_issue_note", arguments: { ...issue, text: "x" } }),
    ]) {
      expect(response.status).toBe(403);
      const challenge = response.headers.get("www-authenticate");
      expect(challenge).toContain('error="insufficient_scope"');
      expect(challenge).toContain('scope="event:write org:read"');
      expect(await response.text()).toContain("Triage");
    }
  });

  // rule: mcp/missing-scope-or-skill
  it("is a tool error where only its skill was left unticked", async () => {
    const token = await tokenFor(["inspect", "seer"]);
    const { isError, text } = await say(token, "update_issue", { ...issue, status: "resolved" });
    expect(isError).toBe(true);
    expect(text).toContain("tick Triage");
  });

  // rule: mcp/every-tool-answers
  it("changes the issue in Sentry", async () => {
    const token = await tokenFor(["inspect", "triage"]);
    const done = await say(token, "update_issue", { ...issue, status: "resolved", reason: "The pool was raised." });
    expect(done.text).toContain("Status: resolved");
    expect((await say(token, "get_sentry_resource", { url: `${sentry.url}/organizations/lighthouse-books/issues/CHECKOUT-7/` })).text).toContain(
      "Status: resolved",
    );
    const activity = await say(token, "execute_sentry_tool", { name: "get_issue_activity", arguments: issue });
    expect(activity.text).toContain("The pool was raised.");
  });
});

// rule: mcp/every-tool-answers
it("finds a tool that its list lacks, and runs it", async () => {
  const token = await tokenFor(["inspect"]);
  const found = await say(token, "search_sentry_tools", { query: "spans of one request across services" });
  const names = JSON.parse(found.text).results.map((tool: { name: string }) => tool.name);
  expect(names).toContain("get_trace_details");
  const trace = { organizationSlug: "lighthouse-books", traceId: "5d3a9c1be7f04862a1c40d9be8273f61" };
  const { isError, text } = await say(token, "execute_sentry_tool", { name: "get_trace_details", arguments: trace });
  expect(isError, text).toBe(false);
  expect(text).toContain("CHECKOUT-1");
});
