// Arguments as models write them, against the built worker: taken for what they can only mean, or named; directly and
// through execute_sentry_tool. No row is a 5xx, and none costs the sign-in.
// file rule: mcp/arguments-as-written
import { beforeAll, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type Authorized, type Tokens, refresh, rpc, signIn } from "../support/oauth.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let signedIn: Authorized & { tokens: Tokens };
withSite((site) => ({ sentry, worker } = site));
beforeAll(async () => {
  signedIn = await signIn(worker, { choices: { skills: ["inspect", "triage"] } });
});

const O = { organizationSlug: "lighthouse-books" };
const ISSUE = { ...O, issueId: "SHOP-WINDOW-1" };
const E = "4be71c0d9b52f7c41e0d9b52f1a2b3c4";
const DASHED = "4be71c0d-9b52-f7c4-1e0d-9b52f1a2b3c4";
const URL_OF_IT = () => `${sentry.url}/organizations/lighthouse-books/issues/SHOP-WINDOW-1/`;

type Arguments = Record<string, unknown>;

async function call(name: string, given: unknown): Promise<{ isError: boolean; words: string; asked: string[] }> {
  await sentry.forget();
  const response = await rpc(worker, signedIn.tokens.access_token, { method: "tools/call", params: { name, arguments: given } });
  expect(response.status).toBe(200);
  const { result } = (await response.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  const asked = (await sentry.requests("/api/0/")).map(({ method, path }) => `${method} ${path}`).sort();
  return { isError: result.isError ?? false, words: result.content.map(({ text }) => text).join("\n"), asked };
}

/** The same comes of it directly and through the tool that stands for others, whose arguments may be text. */
async function both(name: string, given: Arguments) {
  const direct = await call(name, given);
  for (const inner of [given, JSON.stringify(given)]) {
    const through = await call("execute_sentry_tool", { name, arguments: inner });
    expect(through).toEqual(direct);
  }
  return direct;
}

/** [tool, as it was written, as the schema says it, what the answer says of that]. */
type Taken = [tool: string, written: () => Arguments, plain: () => Arguments, note?: string];
const of = (tool: string, written: Arguments, plain: Arguments, note?: string): Taken => [tool, () => ({ ...O, ...written }), () => ({ ...O, ...plain }), note];
const issue = (written: Arguments, plain: Arguments = {}, note?: string): Taken => ["get_issue_details", () => ({ ...ISSUE, ...written }), () => ({ ...ISSUE, ...plain }), note];

const taken: Taken[] = [
  of("search_events", { fields: '["title", "count()"]' }, { fields: ["title", "count()"] }),
  of("search_events", { fields: "title" }, { fields: ["title"] }),
  of("search_events", { fields: "title, count()" }, { fields: ["title", "count()"] }),
  of("search_events", { fields: "[]" }, {}),
  of("search_events", { fields: [] }, {}),
  of("search_events", { fields: ["title", null, ""] }, { fields: ["title"] }),
  of("search_events", { environment: '["production", "pier-test"]' }, { environment: ["production", "pier-test"] }),
  of("search_events", { environment: "production,pier-test" }, { environment: ["production", "pier-test"] }),
  of("search_events", { environment: "[]" }, {}),
  of("search_events", { environment: "" }, {}),
  of("search_events", { environment: [""] }, {}),
  of("search_events", { environment: "None" }, {}, "`environment` `None` was taken as not sent"),
  of("search_issues", { includeExplanation: "true" }, { includeExplanation: true }),
  of("search_issues", { includeExplanation: "True" }, { includeExplanation: true }),
  of("search_issues", { includeExplanation: "false" }, { includeExplanation: false }),
  of("get_issue_activity", { issueId: "SHOP-WINDOW-1", includeComments: "false" }, { issueId: "SHOP-WINDOW-1", includeComments: false }),
  of("search_issues", { limit: "5" }, { limit: 5 }),
  of("search_issues", { limit: "5.0" }, { limit: 5 }),
  of("search_issues", { limit: " 5 " }, { limit: 5 }),
  ...["projectSlugOrId", "regionUrl", "sort", "period"].flatMap((name) => [null, "", "  "].map((nothing) => of("search_issues", { [name]: nothing }, {}))),
  of("search_issues", { projectSlugOrId: "null" }, {}, "`projectSlugOrId` `null` was taken as not sent"),
  of("search_issues", { projectSlugOrId: "undefined" }, {}, "was taken as not sent"),
  of("search_issues", { statsPeriod: "24h" }, { period: "24h" }, "`statsPeriod` was taken for `period`"),
  of("search_events", { stats_period: "24h" }, { period: "24h" }, "`stats_period` was taken for `period`"),
  of("search_issues", { project: "checkout" }, { projectSlugOrId: "checkout" }, "`project` was taken for `projectSlugOrId`"),
  of("search_events", { projectSlugOrId: "checkout" }, { projectSlug: "checkout" }, "`projectSlugOrId` was taken for `projectSlug`"),
  of("search_issues", { per_page: 3 }, { limit: 3 }, "`per_page` was taken for `limit`"),
  of("search_events", { field: ["title"] }, { fields: ["title"] }, "`field` was taken for `fields`"),
  of("search_issues", { verbose: true }, {}, "Not known here and not used: `verbose`."),
  of("search_issues", { period: "24 hours" }, { period: "24h" }),
  of("search_issues", { period: "24H" }, { period: "24h" }),
  of("search_issues", { sort: "-date" }, { sort: "date" }),
  of("search_events", { dataset: "error" }, { dataset: "errors" }),
  ["search_issues", () => ({ organization_slug: "lighthouse-books" }), () => O, "`organization_slug` was taken for `organizationSlug`"],
  ["search_issues", () => ({ org: "lighthouse-books" }), () => O, "`org` was taken for `organizationSlug`"],
  ["get_issue_details", () => ({ ...O, issue_id: "SHOP-WINDOW-1" }), () => ISSUE, "`issue_id` was taken for `issueId`"],
  ["get_issue_details", () => ({ url: URL_OF_IT() }), () => ({ issueUrl: URL_OF_IT() }), "`url` was taken for `issueUrl`"],
  ["get_sentry_resource", () => ({ issueUrl: URL_OF_IT() }), () => ({ url: URL_OF_IT() }), "`issueUrl` was taken for `url`"],
  ["get_issue_details", () => ({ ...O, issueId: URL_OF_IT() }), () => ({ ...O, issueUrl: URL_OF_IT() }), "is an address and was taken for `issueUrl`"],
  issue({ includeStacktrace: true }, {}, "Not known here and not used: `includeStacktrace`."),
  issue({ issueId: "shop-window-1" }),
  issue({ issueId: " SHOP-WINDOW-1 " }),
  issue({ issueId: "#SHOP-WINDOW-1" }),
  issue({ issueId: "`SHOP-WINDOW-1`" }),
  issue({ eventId: "LATEST" }),
  issue({ eventId: null }),
  issue({ eventId: "null" }, {}, "`eventId` `null` was taken as not sent"),
];

/** [tool, as it was written, what the error names]; Sentry is not asked. */
const named: [tool: string, written: () => Arguments, ...parts: string[]][] = [
  ...[500, 0, -1, 5.5, "many", true].map((limit): [string, () => Arguments, string] => ["search_issues", () => ({ ...O, limit }), "`limit`"]),
  ["search_issues", () => ({ ...O, naturalLanguageQuery: "crashes on pier 3" }), "`naturalLanguageQuery`", "`query`"],
  ["search_issues", () => ({ ...O, environment: "production" }), "`environment`", "environment:production"],
  ["search_issues", () => ({ ...O, level: "fatal" }), "`level`", "`query`"],
  ["search_events", () => ({ ...O, start: "2026-11-20T00:00:00Z" }), "`start`", "`period`"],
  ["get_event_stacktrace", () => ({ issueUrl: URL_OF_IT() }), "`organizationSlug` and `issueId` together"],
  ["get_issue_details", () => ({ ...ISSUE, eventId: "4be71c" }), "`eventId`", "32 hexadecimal digits"],
  ["get_issue_details", () => ({ ...ISSUE, issueUrl: `${sentry.url}/organizations/lighthouse-books/issues/CHECKOUT-7/` }), "different issues"],
  ["search_issues", () => ({ organizationSlug: "https://lighthouse-books.sentry.io" }), "`organizationSlug`"],
  ["search_issues", () => ({ organizationSlug: "@lighthouse-books" }), "`organizationSlug`"],
  ["search_issues", () => ({ ...O, period: 14 }), "24h, 7d, 14d, 30d, 90d"],
  ["search_issues", () => ({ ...O, sort: "lastSeen" }), "`sort`"],
  ["search_events", () => ({ ...O, dataset: "transactions" }), "`dataset`"],
  ["update_issue", () => ({ ...ISSUE, status: "resolved", verbose: true }), "`verbose`"],
];

describe("what can mean one thing only", () => {
  it.each(taken)("%s is called as its schema says (row %#)", async (tool, written, plain, note = "") => {
    const came = await both(tool, written());
    const declared = await call(tool, plain());
    expect(came.isError, came.words).toBe(false);
    expect(declared.asked).not.toEqual([]);
    expect(came.asked).toEqual(declared.asked);
    expect(came.words).toContain(note);
    if (note === "") expect(came.words).toBe(declared.words);
  });

  it("an event by its id with dashes is that event and no other", async () => {
    for (const tool of ["get_issue_details", "get_issue_breadcrumbs", "get_event_stacktrace"]) {
      const came = await both(tool, { ...ISSUE, eventId: DASHED });
      const events = came.asked.filter((line) => line.includes("/events/"));
      expect(events).not.toEqual([]);
      expect(events.filter((line) => !line.includes(E))).toEqual([]);
    }
  });

  it("a change without a reason is made, without a note", async () => {
    const came = await call("update_issue", { ...ISSUE, status: "resolved", reason: "", assignedTo: "", ignoreCount: "" });
    expect(came.isError, came.words).toBe(false);
    expect(came.words).toContain("Status: resolved");
    expect(came.asked.some((line) => line.includes("/notes/"))).toBe(false);
  });
});

describe("what cannot be used", () => {
  it.each(named)("%s names it, and asks nothing of Sentry (row %#)", async (tool, written, ...parts) => {
    const came = await both(tool, written());
    expect(came.isError, came.words).toBe(true);
    expect(came.asked).toEqual([]);
    for (const part of parts) expect(came.words).toContain(part);
  });
});

describe("the tool that stands for others", () => {
  it.each<[string, () => Arguments]>([
    ["args", () => ({ name: "get_issue_details", args: ISSUE })],
    ["params", () => ({ name: "get_issue_details", params: ISSUE })],
    ["input", () => ({ name: "get_issue_details", input: ISSUE })],
    ["no nesting", () => ({ name: "get_issue_details", ...ISSUE })],
    ["tool", () => ({ tool: "get_issue_details", arguments: ISSUE })],
    ["toolName", () => ({ toolName: "get_issue_details", arguments: ISSUE })],
    ["a prefix", () => ({ name: "sentry__get_issue_details", arguments: ISSUE })],
    ["hyphens", () => ({ name: "get-issue-details", arguments: ISSUE })],
    ["camel case", () => ({ name: "getIssueDetails", arguments: ISSUE })],
  ])("takes %s", async (_, written) => {
    expect(await call("execute_sentry_tool", written())).toEqual(await call("get_issue_details", ISSUE));
  });

  it.each(["{}", "", [], null, undefined])("takes %j as no arguments", async (nothing) => {
    const came = await call("execute_sentry_tool", { name: "find_organizations", arguments: nothing });
    expect(came.isError, came.words).toBe(false);
  });

  it("says of text that it is no JSON object, and of a tool which one is near", async () => {
    expect((await call("execute_sentry_tool", { name: "get_issue_details", arguments: "not json" })).words).toContain("text of a JSON object");
    expect((await call("execute_sentry_tool", { name: "get_issue_detail", arguments: ISSUE })).words).toContain("`get_issue_details`");
  });
});

describe("messages", () => {
  const ask = async (method: string, params: unknown) => {
    const response = await rpc(worker, signedIn.tokens.access_token, { method, params });
    return { status: response.status, body: (await response.json()) as { result?: Record<string, unknown>; error?: { code: number } } };
  };

  it.each(["tools/list", "prompts/list", "resources/list", "ping"])("%s has params that are null, empty or absent", async (method) => {
    const plain = await ask(method, undefined);
    expect(plain.status).toBe(200);
    for (const params of [null, []]) expect(await ask(method, params)).toEqual(plain);
    if (method !== "ping") for (const cursor of ["", null]) expect(await ask(method, { cursor })).toEqual(plain);
    expect([-32600, -32602]).toContain((await ask(method, "x")).body.error?.code);
  });

  it.each([null, []])("a notification with params %j is accepted", async (params) => {
    const headers = { authorization: `Bearer ${signedIn.tokens.access_token}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
    const body = JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized", params });
    expect((await worker.fetch("/mcp", { method: "POST", headers, body })).status).toBe(202);
  });

  it.each([null, [], "", "{}", undefined])("a call whose arguments are %j has none", async (nothing) => {
    expect((await call("find_organizations", nothing)).isError).toBe(false);
  });

  it("a call may have its arguments as text, and no _meta", async () => {
    const { body } = await ask("tools/call", { name: "get_issue_details", arguments: JSON.stringify(ISSUE), _meta: null });
    expect(body.result?.isError ?? false).toBe(false);
  });
});

it("after all of it the sign-in is as good as before", async () => {
  expect((await refresh(worker, signedIn.client, signedIn.tokens.refresh_token)).status).toBe(200);
});
