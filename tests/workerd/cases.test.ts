// Events of real SDKs through the built worker: each tool answers as it was reviewed.
import { Response } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ORGANIZATION, TOOLS, answer, asReviewed, cases, reviewed } from "../support/cases.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { rpc, signIn } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let token: string;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({
    sentry: sentry.url,
    outgoing: (request) => {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith("/api/0/")) return undefined;
      const body = answer(pathname);
      return Response.json(body ?? { detail: "There is no such thing." }, { status: body === undefined ? 404 : 200 });
    },
  });
  const skills = ["inspect", "seer", "triage", "project-management"];
  token = (await signIn(worker, { choices: { skills } })).tokens.access_token;
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

const say = async (name: string, args: object, path?: string) => {
  const response = await rpc(worker, token, { method: "tools/call", params: { name, arguments: args }, path });
  const { result } = (await response.json()) as { result: { content: { text: string }[] } };
  return result.content[0]!.text;
};

// rule: mcp/real-events
describe.each(cases)("the case $name", ({ name, issueId }) => {
  it.each(TOOLS)("is told by %s as it was reviewed", async (tool) => {
    const text = await say(tool, { organizationSlug: ORGANIZATION, issueId });
    expect(asReviewed(text, sentry.url)).toBe(reviewed(name, tool));
  });
});

// rule: mcp/untrusted-omit: a connection or a deployment can have free text of others left out, and none can have less left
//    out than the deployment says
describe("text of others", () => {
  const issue = { organizationSlug: ORGANIZATION, issueId: cases.find(({ name }) => name === "local-variables")!.issueId };
  it.each(["?untrusted=omit", "?untrusted=quote&untrusted=omit", "?untrusted=Omit"])("is left out at /mcp%s", async (query) => {
    const text = await say("get_issue_details", issue, `/mcp${query}`);
    expect(text).toContain("stock/count.py:14");
    expect(text).toContain("[omitted]");
    expect(text).not.toContain("copies must not be negative");
  });

  it("is quoted at /mcp?untrusted=quote, and cannot be had where the deployment omits it", async () => {
    expect(await say("get_issue_details", issue, "/mcp?untrusted=quote")).toContain("copies must not be negative");
    const strict = await startWorker({ sentry: sentry.url, vars: { UNTRUSTED_TEXT: "omit" } });
    try {
      const { tokens } = await signIn(strict);
      const params = { name: "search_issues", arguments: { organizationSlug: ORGANIZATION } };
      const response = await rpc(strict, tokens.access_token, { method: "tools/call", params, path: "/mcp?untrusted=quote" });
      const text = await response.text();
      expect(text).toContain("CHECKOUT-1");
      expect(text).toContain("[omitted]");
      expect(text).not.toContain("Gift card balance");
    } finally {
      await strict.stop();
    }
  });
});
