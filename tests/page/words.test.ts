// What is typed, linked, and shown of other people's data.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS, readCommand, suggested } from "../../web/chat/commands.ts";
import { after } from "../../web/chat/conversation.ts";
import { canRetry, inWords } from "../../web/chat/failures.ts";
import { sentryLink } from "../../web/chat/links.ts";
import { asJson, asMarkdown, duration, inShort, readable, revealed, toolTitle } from "../../web/chat/plain.ts";
import { heading, outcome } from "../../web/chat/spoken.ts";

// rule: chat-page/commands
it("is offered from its first letters on, until it is written", () => {
  const names = (typed: string) => suggested(typed).map(([command]) => command);
  expect(names("/")).toEqual(COMMANDS.map(([command]) => command));
  expect(names("/W")).toEqual(["/whoami"]);
  for (const typed of ["", "who", "/whoami", "/call x", "a /"]) expect(names(typed), typed).toEqual([]);
  for (const [command] of COMMANDS) expect(readCommand(command)!.kind === "mistake").toBe(command === "/call");
});

// rule: chat-page/commands
describe("a command", () => {
  it.each([
    ["what broke today?", undefined],
    ["  /help ", { kind: "help" }],
    ["/LOGOUT", { kind: "logout" }],
    ["/clear", { kind: "clear" }],
    ["/whoami", { kind: "call", name: "whoami", arguments: "{}" }],
    ["/tools", { kind: "call", name: "tools/list", arguments: "{}" }],
    ["/call whoami", { kind: "call", name: "whoami", arguments: "{}" }],
    ['/call find_teams\n{"organizationSlug": "a b"}', { kind: "call", name: "find_teams", arguments: '{"organizationSlug": "a b"}' }],
    ['/call a {"z": 12345678901234567890, "1": 2}', { kind: "call", name: "a", arguments: '{"z": 12345678901234567890, "1": 2}' }],
    ["/call", { kind: "mistake", text: expect.stringContaining("Name a tool") }],
    ["/call find_teams {", { kind: "mistake", text: expect.stringContaining("one JSON object") }],
    ["/call find_teams [1]", { kind: "mistake", text: expect.stringContaining("one JSON object") }],
    ["/", { kind: "mistake", text: expect.stringContaining("no command") }],
    ["/nonsense", { kind: "mistake", text: expect.stringContaining("`/nonsense`") }],
  ])("%j", (typed, command) => {
    expect(readCommand(typed)).toEqual(command);
  });
});

// rule: chat-page/words-drawn-not-parsed
describe("a link", () => {
  const sentry = "https://sentry.io";
  it.each([
    ["https://sentry.io/issues/1", "https://sentry.io/issues/1"],
    ["https://acme.sentry.io/issues/1/?project=2#event-3", "https://acme.sentry.io/issues/1/?project=2#event-3"],
    ["https://acme.sentry.io", "https://acme.sentry.io/"],
    ["https://ACME.sentry.io/issues/WEB-1A/events/0a1b/", "https://acme.sentry.io/issues/WEB-1A/events/0a1b/"],
    ["https://acme.sentry.io/explore/traces/trace/abc/?node=span-12&node=txn-3&timestamp=1", "https://acme.sentry.io/explore/traces/trace/abc/?node=span-12&node=txn-3&timestamp=1"],
    ["https://acme.sentry.io/explore/logs/?logsQuery=a%3Ab&statsPeriod=14d&environment=prod", "https://acme.sentry.io/explore/logs/?logsQuery=a%3Ab&statsPeriod=14d&environment=prod"],
    ["https://sentry.io/organizations/acme/releases/web%401.2.3%2B4/", "https://sentry.io/organizations/acme/releases/web%401.2.3%2B4/"],
    ["https://acme.sentry.io/settings/projects/web/keys/", "https://acme.sentry.io/settings/projects/web/keys/"],
    ["https://acme.sentry.io/settings/acme/teams/web/", "https://acme.sentry.io/settings/acme/teams/web/"],
    // Hosts that are no organization's: they take events, or are Sentry's own.
    ["https://o123.ingest.sentry.io/issues/1/", undefined],
    ["https://o123.ingest.us.sentry.io/api/1/store/?sentry_data=secret", undefined],
    ["https://o123.sentry.io/issues/1/", undefined],
    ["https://123.sentry.io/issues/1/", undefined],
    ["https://ingest.sentry.io/issues/1/", undefined],
    ["https://us.sentry.io/issues/1/", undefined],
    ["https://www.sentry.io/issues/1/", undefined],
    ["https://docs.sentry.io/issues/1/", undefined],
    ["https://a.acme.sentry.io/issues/1/", undefined],
    ["https://-acme.sentry.io/issues/1/", undefined],
    ["https://acme.sentry.io./issues/1/", undefined],
    ["https://acme_x.sentry.io/issues/1/", undefined],
    ["https://xn--80ak6aa92e.evil.sentry.io/", undefined],
    // Paths that are no page, or that do something.
    ["https://acme.sentry.io/api/0/issues/1/", undefined],
    ["https://sentry.io/api/1/store/?sentry_key=a", undefined],
    ["https://sentry.io/api/1/envelope/", undefined],
    ["https://sentry.io/oauth/authorize/?client_id=a", undefined],
    ["https://sentry.io/auth/login/?next=a", undefined],
    ["https://sentry.io/account/", undefined],
    ["https://acme.sentry.io/settings/account/api/auth-tokens/new-token/", undefined],
    ["https://acme.sentry.io/settings/acme/auth-tokens/new-token/", undefined],
    ["https://acme.sentry.io/settings/acme/members/", undefined],
    ["https://acme.sentry.io/accept/1/2/", undefined],
    ["https://acme.sentry.io/issues/../api/0/", undefined],
    ["https://acme.sentry.io/issues/%2e%2e/api/0/", undefined],
    ["https://acme.sentry.io/issues/..%2fapi%2f0/", undefined],
    ["https://acme.sentry.io/issues//1/", undefined],
    ["https://acme.sentry.io/%69ssues/1/", undefined],
    ["https://acme.sentry.io/issuesx/", undefined],
    ["https://acme.sentry.io/issues/1/%F0%9F%98%80", undefined],
    // Parameters that no such page has, and more than one needs.
    ["https://acme.sentry.io/issues/1/?a=b", undefined],
    ["https://acme.sentry.io/issues/1/?project=2&next=https://evil.example", undefined],
    ["https://acme.sentry.io/issues/1/?secret", undefined],
    [`https://acme.sentry.io/issues/?query=${"x".repeat(1600)}`, undefined],
    [`https://acme.sentry.io/issues/${"x".repeat(2000)}/`, undefined],
    ["https://acme.sentry.io/issues/1/#/etc", undefined],
    ["https://sentry.io\\@evil.example/issues/1", undefined],
    ["https://sentry.io%2eevil.example/issues/1", undefined],
    ["https://evilsentry.io/", undefined],
    ["https://sentry.io.evil.example/", undefined],
    ["https://sentry.io@evil.example/", undefined],
    ["https://user@sentry.io/", undefined],
    ["https://sentry.io:8443/", undefined],
    ["http://acme.sentry.io/", undefined],
    ["http://sentry.io/", undefined],
    ["javascript:alert(1)//https://sentry.io", undefined],
    ["data:text/html,x", undefined],
    ["/oauth/authorize", undefined],
    ["//sentry.io/x", undefined],
    ["", undefined],
  ])("to %s leads to %s", (href, address) => {
    expect(sentryLink(href, sentry)).toBe(address);
  });

  it("of a Sentry of one's own is of that origin alone", () => {
    const own = "http://127.0.0.1:9797";
    expect(sentryLink("http://127.0.0.1:9797/organizations/a/", own)).toBe("http://127.0.0.1:9797/organizations/a/");
    expect(sentryLink("http://127.0.0.1:9797/organizations/a/issues/1/", own)).toBe("http://127.0.0.1:9797/organizations/a/issues/1/");
    expect(sentryLink("http://127.0.0.1:9797/api/0/issues/1/", own)).toBe(undefined);
    expect(sentryLink("http://127.0.0.1:9797/organizations/a/api/0/", own)).toBe(undefined);
    expect(sentryLink("http://127.0.0.1:9798/", own)).toBe(undefined);
    expect(sentryLink("https://a.example.com/", "https://example.com")).toBe(undefined);
    expect(sentryLink("https://sentry.io/", undefined)).toBe(undefined);
  });
});

describe("data", () => {
  // rule: chat-page/change-approved-once
  it("has no sign that cannot be seen", () => {
    expect(revealed("a\u00A0b\u3000c d\u2800\uE000\u{E0100}")).toBe("a\\u{a0}b\\u{3000}c d\\u{2800}\\u{e000}\\u{e0100}");
    expect(revealed("resolve \u202Edevloser\u200B\u0007\u{E0041}")).toBe("resolve \\u{202e}devloser\\u{200b}\\u{7}\\u{e0041}");
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void expect(revealed(text)).not.toMatch(/[\p{Cf}\p{Co}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u)));
    expect(asJson({ a: "\u202E" })).toBe('{\n  "a": "\\u{202e}"\n}');
  });

  it("in prose keeps what languages and emoji need, and writes out the rest", () => {
    const seen = "plain text,\r\n\t100\u00a0% of it: é ß 漢字\u3000かな עברית العربية \u06dd हिन्दी می\u200cخواهم क्\u200dष 👩\u200d🚀 ❤\ufe0f 葛\u{e0100} 10\u202f000 — “quoted”";
    expect(readable(seen)).toBe(seen);
    const hidden = "\u0000\u0007\u001b\u007f\u0085\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2065\u2066\u2067\u2068\u2069\u206f\u2800\u3164\ue000\ufdd0\ufeff\uffa0\ufff9\ufffc\uffff\u{13430}\u{16fe4}\u{1bca0}\u{1d159}\u{1d173}\u{e0001}\u{e0041}\u{f0000}\u{10fffd}";
    for (const sign of hidden) expect(readable(`a${sign}b`)).toBe(`a\\u{${sign.codePointAt(0)!.toString(16)}}b`);
  });

  it("that is JSON is code, whatever is in it", () => {
    expect(asMarkdown("# Title")).toBe("# Title");
    expect(asMarkdown("[a](https://x)")).toBe("[a](https://x)");
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.constantFrom("```\n# out", "\n```\n"))), (value) => {
        const block = asMarkdown(JSON.stringify(value));
        const [, code] = /^```json\n([^]*)\n```$/.exec(block)!;
        expect(code).not.toContain("```");
        expect(JSON.stringify(JSON.parse(code!))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("has short forms", () => {
    expect([toolTitle("search_issues"), toolTitle("execute_sentry_tool", "find_dsns"), toolTitle("_")]).toEqual(["Search issues", "Find dsns", "_"]);
    expect([duration(0), duration(412.4), duration(1234)]).toEqual(["1 ms", "412 ms", "1.2 s"]);
    expect(inShort({ query: "is:unresolved\n x", limit: 5 })).toBe("query: is:unresolved x, limit: 5");
    expect(inShort({ query: "x".repeat(500) })).toHaveLength(120);
  });
});

describe("what is said", () => {
  it("of a failure is for people, with what helps to find it", () => {
    expect(inWords({ code: "model_timeout", requestId: "abc" })).toBe("The language model took too long. Request ID abc");
    expect(inWords({ code: "rate_limited", after: 30 })).toContain("Try again in 30 s.");
    expect(inWords({ code: "new_one", message: "In its own words." })).toBe("In its own words.");
    expect(inWords({ code: "toString" })).toBe("Something went wrong here.");
    expect(canRetry({ code: "too_long" })).toBe(false);
    expect(canRetry({ code: "offline" })).toBe(true);
  });

  it("aloud is what is done and how it ended, not every word", () => {
    const called = { type: "tool_call", id: "a", name: "search_issues", arguments: {}, changes: false } as const;
    const entries = after([], called);
    expect(heading(entries, called)).toBe("Running Search issues.");
    expect(heading(entries, { type: "text", delta: "word" })).toBe(undefined);
    expect(heading(entries, { type: "tool_result", id: "a", isError: true, text: "", cut: false })).toBe("Search issues failed.");
    expect(outcome([{ kind: "answer", key: "a", text: "All is well.", step: 1 }])).toBe("All is well.");
    expect(outcome([{ kind: "answer", key: "a", text: "x".repeat(5000), step: 1 }]).length).toBeLessThan(700);
    expect(outcome(after([], { type: "confirm", id: "a", name: "update_issue", arguments: {}, shown: "{}" }))).toBe("Update issue would change data. Approve or decline it.");
  });
});
