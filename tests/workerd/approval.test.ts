// What a person is shown before they agree to a change: by the chat's server for its page, by a tool for a client's form.
// Both have it of one function (crates/approval).
import { beforeAll, describe, expect, it } from "vitest";
import { Chat, type ChatEvent, endOf, named } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { signIn } from "../support/oauth.ts";
import { withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const ALL = { skills: ["inspect", "triage", "project-management"] };
/** Signs that a person would not see, or that would show them another text than there is. */
const HIDDEN = "a\u202Eb\u200Bc\u{E0041}d\u00A0e\u001B[2Kf";
const WRITTEN = "a\\u202eb\\u200bc\\udb40\\udc41d\\u00a0e\\u001b[2Kf";

let sentry: DemoSentry;
let worker: TestWorker;
withSentry((started) => void (sentry = started));
beforeAll(async () => {
  worker = await startWorker({ sentry: sentry.url, vars: { LLM_API_KEY: "key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "demo-model" } });
  return () => worker.stop();
});

const writes = async () => (await sentry.requests("/api/0/")).filter(({ method }) => method !== "GET");

describe("in the chat", () => {
  let chat: Chat;
  beforeAll(async () => {
    chat = new Chat(worker);
    await chat.signIn(ALL);
    await sentry.forget();
  });

  /** A conversation that goes on from a call which is open. */
  const open = (name: string, json: string, more = {}): Promise<ChatEvent[]> =>
    chat.ask({
      endpoint: "/mcp",
      messages: [
        { role: "user", content: "Do it." },
        { role: "assistant", content: "", tool_calls: [{ id: "a", type: "function", function: { name, arguments: json } }] },
      ],
      ...more,
    });

  // rule: chat/agreement-shown-whole
  it("the arguments stand whole, in the order in which they were sent, and nothing in them is hidden", async () => {
    const padding = "x".repeat(5000);
    const sent = `{"assignedTo":"${padding}","issueId":"CHECKOUT-3","organizationSlug":${JSON.stringify(HIDDEN)}}`;
    const events = await open("update_issue", sent);
    expect(endOf(events)).toBe("confirm");
    expect(named(events, "confirm")[0]!.shown).toBe(`{\n  "assignedTo": "${padding}",\n  "issueId": "CHECKOUT-3",\n  "organizationSlug": "${WRITTEN}"\n}`);
  });

  // rule: chat/agreement-shown-whole
  it("the call inside of execute_sentry_tool is shown with it", async () => {
    const events = await open("execute_sentry_tool", '{"arguments":{"text":"b","issueId":"CHECKOUT-3"},"name":"add_issue_note"}');
    const [asked] = named(events, "confirm");
    expect(asked).toMatchObject({ name: "execute_sentry_tool", target: "add_issue_note" });
    expect(asked!.shown).toBe('{\n  "arguments": {\n    "text": "b",\n    "issueId": "CHECKOUT-3"\n  },\n  "name": "add_issue_note"\n}');
  });

  // rule: chat/unreadable-not-run
  it.each([
    ["in which a name stands twice", "update_issue", '{"issueId":"CHECKOUT-3","status":"resolved","issueId":"CHECKOUT-1"}', "twice"],
    ["whose tool is named twice", "execute_sentry_tool", '{"name":"whoami","arguments":{},"name":"update_issue"}', "twice"],
    ["that are longer than a person can be shown", "update_issue", JSON.stringify({ issueId: "CHECKOUT-3", assignedTo: "x".repeat(70_000) }), "longer than a person"],
  ])("arguments %s are not run, agreed to or not", async (_, name, sent, why) => {
    const events = await open(name, sent, { approved: ["a"] });
    expect(named(events, "tool_result")[0]).toMatchObject({ id: "a", is_error: true, text: expect.stringContaining(why) });
    expect(named(events, "confirm")).toEqual([]);
    expect(await writes()).toEqual([]);
  });

  // Shown, they would seem to count: a card for another project, or one that looks harmless.
  it.each([
    ["a project that the address fixes", "/mcp/lighthouse-books/shop-window", "create_dsn", { organizationSlug: "quiet-harbor", projectSlug: "checkout", name: "x" }],
    ["an organization that the address fixes", "/mcp/lighthouse-books", "update_issue", { organizationSlug: "quiet-harbor", issueId: "CHECKOUT-3", status: "resolved" }],
    ["a name that is no parameter", "/mcp", "update_issue", { issueId: "CHECKOUT-3", status: "resolved", dryRun: true }],
    ["a name in another case", "/mcp", "update_issue", { issueId: "CHECKOUT-3", status: "resolved", Status: "unresolved" }],
    ["one inside of execute_sentry_tool", "/mcp/lighthouse-books/shop-window", "execute_sentry_tool", { name: "create_dsn", arguments: { projectSlug: "checkout", name: "x" } }],
    ["one beside the arguments in there", "/mcp", "execute_sentry_tool", { name: "update_issue", arguments: { issueId: "CHECKOUT-3", status: "resolved" }, status: "unresolved" }],
  ])("an argument that does not count (%s) is shown to nobody, and nothing runs", async (_, endpoint, name, sent) => {
    const call = { name, arguments: JSON.stringify(sent) };
    for (const events of [
      ...(name === "create_dsn" ? [] : [await open(name, call.arguments, { endpoint, approved: ["a"] })]),
      await chat.ask({ endpoint, call }),
      await chat.ask({ endpoint, call, approved: ["call"] }),
    ]) {
      expect(named(events, "confirm")).toEqual([]);
      expect(named(events, "tool_result")[0]).toMatchObject({ is_error: true, text: expect.stringContaining("none of the tool's parameters") });
    }
    expect(await writes()).toEqual([]);
  });

  // rule: chat/agreement-shown-whole
  it("what was shown is what runs when it comes back", async () => {
    const sent = '{"text":"Looked at.","organizationSlug":"lighthouse-books","issueId":"CHECKOUT-3"}';
    const call = { name: "add_issue_note", arguments: sent };
    const [asked] = named(await chat.ask({ endpoint: "/mcp", call }), "confirm");
    expect(asked!.shown).toBe('{\n  "text": "Looked at.",\n  "organizationSlug": "lighthouse-books",\n  "issueId": "CHECKOUT-3"\n}');
    const events = await chat.ask({ endpoint: "/mcp", call: { ...call, arguments: asked!.shown }, approved: ["call"] });
    expect(named(events, "tool_call")[0]!.arguments).toEqual(JSON.parse(sent));
    expect(named(events, "tool_result")[0]).toMatchObject({ is_error: false });
    expect(await writes()).toHaveLength(1);
    await sentry.forget();
  });
});

describe("by a client's form", () => {
  let token: string;
  beforeAll(async () => {
    ({
      tokens: { access_token: token },
    } = await signIn(worker, { choices: ALL }));
    await sentry.forget();
  });

  async function create(args: object): Promise<Record<string, any>> {
    const response = await worker.fetch("/mcp", {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "execute_sentry_tool",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name: "execute_sentry_tool",
          arguments: { name: "create_dsn", arguments: args },
          _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } },
        },
      }),
    });
    return ((await response.json()) as { result: Record<string, any> }).result;
  }

  const PLACE = { organizationSlug: "lighthouse-books", projectSlug: "checkout" };

  // rule: mcp/form-shows-all
  it("a change is shown whole, in a fence, and nothing in it is hidden", async () => {
    const name = `${"x".repeat(20)}${HIDDEN}\`\`\`\n<!-- the end`;
    const { resultType, inputRequests } = await create({ ...PLACE, name });
    expect(resultType).toBe("input_required");
    const { message } = (Object.values(inputRequests) as any[])[0].params;
    expect(message).toBe(
      `Create DSN in Sentry? This would be sent:\n\n\`\`\`\`\n{\n  "organizationSlug": "lighthouse-books",\n  "projectSlug": "checkout",\n  "name": "${"x".repeat(20)}${WRITTEN}\`\`\`\\n<!-- the end"\n}\n\`\`\`\``,
    );
    expect(await writes()).toEqual([]);
  });

  // rule: mcp/form-shows-all
  it("what cannot be shown or done is not asked about, and not done", async () => {
    for (const [args, why] of [
      [{ ...PLACE, name: "\u200B".repeat(65) }, "`name` may have at most 64 characters, and has 65."],
      [PLACE, "`name` is required"],
    ] as const) {
      const result = await create(args);
      expect(result).toMatchObject({ isError: true, resultType: "complete" });
      expect(result.content[0].text).toContain(why);
    }
    expect(await writes()).toEqual([]);
  });
});
