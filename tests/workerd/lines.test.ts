// The log as an on-call engineer reads it: one line a request that says what was asked, by whom, how it ended and why; and a
// sign-in that is found whole by one id.
import { describe, expect, it } from "vitest";
import { Chat } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { grep, lineOf, step } from "../support/lines.ts";
import { authorizationUrl, grantOf, outcome, refresh, register, rpc, signIn, tool } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { shows } from "../support/runbook.ts";
import { withSite } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
/** Headers of the worker's requests to Sentry. */
const asked: { path: string; headers: Record<string, string> }[] = [];
withSite((site) => ({ sentry, worker } = site), {
  outgoing: (request) => {
    asked.push({ path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers) });
    return undefined;
  },
});

const call = (token: string, name: string, args: object = {}, headers: Record<string, string> = {}) =>
  worker.fetch("/mcp", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json", "mcp-protocol-version": "2025-11-25", ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }),
  });

describe("a sign-in", () => {
  // rule: tokens/story: a sign-in is found whole by one id, from the consent page to the calls
  it("reads as a story by one id, from the consent page to the first call and the next refresh", async () => {
    const { client, tokens } = await signIn(worker);
    await rpc(worker, tokens.access_token, { method: "tools/list" });
    await refresh(worker, client, tokens.refresh_token);
    const [approved] = await grep(worker, grantOf(tokens.access_token));
    const story = await grep(worker, approved!.sign_in!);
    expect(story.map(step)).toEqual([
      "GET /oauth/authorize show 200 ok",
      "POST /oauth/authorize approve 302 ok",
      "GET /oauth/callback 302 ok",
      "POST /oauth/token authorization_code 200 ok",
      "POST /mcp tools/list 200 ok",
      "POST /oauth/token refresh_token 200 ok",
    ]);
    expect(new Set(story.map(({ sign_in }) => sign_in))).toEqual(new Set([approved!.sign_in]));
    for (const line of story) expect(line).toMatchObject({ level: "info", console: "log", client: client.client_id, kind: "registered" });
    for (const line of story.slice(1)) expect(line.grant).toBe(grantOf(tokens.access_token));
    // Sentry was asked for tokens at the callback; the person has a pseudonym that is no id of theirs.
    const [, , callback, , listed] = story;
    expect(callback).toMatchObject({ upstream: [200], calls: 1 });
    expect(callback!.person).toMatch(/^[0-9a-f]{16}$/);
    expect(listed).toMatchObject({ person: callback!.person, version: "2025-11-25", family: "node" });
    expect(listed!.ms).toBe(listed!.storage_ms + listed!.upstream_ms + listed!.own_ms);
  });

  // rule: tokens/story
  it("of the chat reads as one too", async () => {
    await using chatting = await startWorker({ sentry: sentry.url });
    const chat = new Chat(chatting);
    await chat.signIn({ skills: ["inspect"] });
    await chat.ask({ call: { name: "whoami" } });
    const redeemed = (await grep(chatting, "authorization_code"))[0]!;
    const story = await grep(chatting, redeemed.sign_in!);
    expect(story.map(step).slice(0, 4)).toEqual([
      "GET /oauth/authorize show 200 ok",
      "POST /oauth/authorize approve 302 ok",
      "GET /oauth/callback 302 ok",
      "POST /oauth/token authorization_code 200 ok",
    ]);
    expect(redeemed.family).toBe("chat");
    // It asks who has signed in, and then what the person wants.
    const calls = story.filter(({ tool: name, family }) => name === "whoami" && family === "chat");
    expect(calls.map(step)).toEqual(["POST /mcp tools/call 200 ok", "POST /mcp tools/call 200 ok"]);
    // The page's own request has the id of those that it caused.
    const whole = await grep(chatting, redeemed.request);
    expect(whole.map(({ route }) => route)).toEqual(expect.arrayContaining(["/api/auth/callback", "/oauth/token"]));
  });

  // rule: tokens/story
  it("stands in OPERATIONS.md as it is written, one that succeeds and one that fails", async () => {
    await using fresh = await startWorker({ sentry: sentry.url });
    const client = await register(fresh);
    const { tokens } = await signIn(fresh, { client });
    await tool(fresh, tokens.access_token);
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 503 });
    await new Person().authorize(authorizationUrl(fresh, client));
    const [first, ...others] = await grep(fresh, "sign_in");
    const log = await fresh.flushedLogs();
    const of = ({ sign_in: id }: { sign_in?: string }) => log.filter(({ message }) => message.includes(id!));
    shows("a sign-in that succeeds", of(first!));
    shows("a sign-in that fails", of(others.at(-1)!));
  });

  it.each([
    ["here", ["GET /oauth/authorize show 200 ok", "POST /oauth/authorize deny 302 refused"], "the person did not allow it"],
    ["sentry", ["GET /oauth/authorize show 200 ok", "POST /oauth/authorize approve 302 ok", "GET /oauth/callback 302 refused"], "the person did not allow it at Sentry"],
  ] as const)("that a person does not allow (%s) ends with why, and is nobody's fault", async (deny, steps, reason) => {
    const client = await register(worker);
    await new Person().authorize(authorizationUrl(worker, client), { deny });
    const story = await grep(worker, client.client_id);
    expect(story.map(step)).toEqual(steps);
    expect(story.at(-1)).toMatchObject({ error: "access_denied", reason, level: "info" });
    expect(new Set(story.map(({ sign_in }) => sign_in)).size).toBe(1);
  });

  it("that Sentry lets down is a warning, with Sentry's status", async () => {
    const client = await register(worker);
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 503 });
    await new Person().authorize(authorizationUrl(worker, client));
    expect((await grep(worker, client.client_id)).at(-1)).toMatchObject({
      level: "warn",
      console: "warn",
      outcome: "failed",
      error: "temporarily_unavailable",
      detail: "sign-in at Sentry: Sentry did not answer: 503",
      upstream: [503],
    });
  });
});

describe("a refusal", () => {
  // rule: tokens/line-explains
  it("of a link is found by the id on its page, with the check that failed, and is no error of ours", async () => {
    const client = await register(worker);
    const open = (changed: object) => worker.fetch(authorizationUrl(worker, client, changed as never).href, { headers: { accept: "text/html" } });
    for (const [changed, expected] of [
      [{ client_id: "nobody-knows-it" }, { error: "invalid_client", reason: expect.stringContaining("We no longer know this application"), client: "nobody-knows-it" }],
      [{ redirect_uri: "https://evil.example/hunter2" }, { error: "invalid_request", reason: expect.stringContaining("unknown address"), client: client.client_id }],
      [{ code_challenge: undefined }, { error: "invalid_request", reason: "code_challenge is missing: PKCE is required" }],
      [{ resource: "https://elsewhere.example/mcp" }, { error: "invalid_target" }],
    ] as const) {
      const response = await open(changed);
      const shown = /Request ID <code>([0-9a-f]+)<\/code>/.exec(await response.text())?.[1];
      const line = await lineOf(worker, response);
      if (shown) expect(line.request).toBe(shown);
      expect(line, JSON.stringify(line)).toMatchObject({ level: "info", console: "log", outcome: "refused", ...expected });
      expect(JSON.stringify(line)).not.toContain("hunter2");
    }
  });

  // rule: tokens/line-explains
  it("at the token endpoint and at /mcp says which check it was", async () => {
    const { client, tokens } = await signIn(worker);
    const rows: [Promise<Response>, object][] = [
      [refresh(worker, client, "smcp_r_made.up"), { operation: "refresh_token", error: "invalid_grant", reason: expect.stringContaining("unknown, expired") }],
      [refresh(worker, client, tokens.refresh_token, { resource: "https://evil.example/" }), { error: "invalid_target", client: client.client_id }],
      [worker.fetch("/mcp", { method: "POST" }), { error: "missing_token", status: 401 }],
      [rpc(worker, tokens.refresh_token), { error: "invalid_token", status: 401 }],
      [rpc(worker, tokens.access_token, { method: "made/up" }), { error: "method_not_found", operation: "unknown", reason: "This server does not have that method." }],
      [call(tokens.access_token, "made_up_tool"), { tool: "unknown", error: "invalid_params", outcome: "refused" }],
      [worker.fetch("/oauth/token"), { status: 405 }],
      [worker.fetch("/wp-login.php"), { route: "other", reason: "there is nothing at this path" }],
    ];
    for (const [response, expected] of rows) {
      const line = await lineOf(worker, await response);
      expect(line, JSON.stringify(line)).toMatchObject({ level: "info", outcome: "refused", ...expected });
    }
  });
});

describe("a tool call", () => {
  it("says which tool ran, what came of it and what Sentry answered", async () => {
    const { tokens } = await signIn(worker);
    await tool(worker, tokens.access_token);
    const ok = await lineOf(worker, await call(tokens.access_token, "execute_sentry_tool", { name: "whoami", arguments: {} }));
    expect(ok).toMatchObject({ operation: "tools/call", tool: "whoami", outcome: "ok", upstream: [200] });
    const wrong = await lineOf(worker, await call(tokens.access_token, "get_sentry_resource", { url: "https://example.com/" }));
    expect(wrong).toMatchObject({ status: 200, outcome: "failed", error: "tool_failed", reason: "the arguments do not fit", level: "info" });
    const forbidden = await lineOf(worker, await call(tokens.access_token, "find_projects", { organizationSlug: "made-up-organization" }));
    expect(forbidden).toMatchObject({ outcome: "failed", reason: "Sentry has nothing of that name", level: "info" });
    await sentry.fault({ path: "/api/0/auth/", kind: "status", status: 500, times: 5 });
    const failed = await lineOf(worker, await call(tokens.access_token, "whoami"));
    await sentry.noFaults();
    expect(failed).toMatchObject({ outcome: "failed", reason: "Sentry failed", level: "warn", console: "warn", tool: "whoami" });
    expect(failed.upstream!.at(-1)).toBe(500);
  });

  it("belongs to a family of clients, by what the client says of itself", async () => {
    const { tokens } = await signIn(worker);
    for (const [agent, family] of [["claude-code/2.0 (cli)", "claude-code"], ["my-own-thing/1 smcp_a_x", "other"]] as const) {
      const line = await lineOf(worker, await call(tokens.access_token, "whoami", {}, { "user-agent": agent }));
      expect(line.family).toBe(family);
    }
    const initialize = await rpc(worker, tokens.access_token, {
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "Cursor", version: "1" } },
    });
    expect(await lineOf(worker, initialize)).toMatchObject({ family: "cursor", version: "2025-06-18", operation: "initialize" });
  });
});

describe("a trace", () => {
  const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  // rule: mcp/trace-context
  it("goes on from the caller to Sentry, and the answer says as which span", async () => {
    const { tokens } = await signIn(worker);
    asked.length = 0;
    const response = await call(tokens.access_token, "whoami", {}, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
    const id = response.headers.get("x-request-id")!;
    expect(response.headers.get("traceresponse")).toBe(`00-${TRACE}-${id}-01`);
    expect((await lineOf(worker, response)).trace).toBe(TRACE);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.headers).toMatchObject({ traceparent: `00-${TRACE}-${id}-01`, "x-request-id": id });
  });

  // rule: mcp/trace-context
  it("begins here for a caller without one, or with something else in its header", async () => {
    const { tokens } = await signIn(worker);
    for (const traceparent of ["", `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`, "x".repeat(4000)]) {
      asked.length = 0;
      const response = await call(tokens.access_token, "whoami", {}, traceparent ? { traceparent } : {});
      const id = response.headers.get("x-request-id")!;
      const { trace } = await lineOf(worker, response);
      expect(trace).toMatch(new RegExp(`^${id}[0-9a-f]{16}$`));
      expect(response.headers.has("traceresponse")).toBe(false);
      expect(asked[0]!.headers.traceparent).toBe(`00-${trace}-${id}-00`);
    }
  });

  it("is not told to hosts of clients' documents", async () => {
    await worker.fetch("/oauth/authorize?client_id=https://client.example/doc.json");
    const fetched = asked.filter(({ path }) => path === "/doc.json");
    expect(fetched).toHaveLength(1);
    expect(Object.keys(fetched[0]!.headers)).not.toContain("traceparent");
    expect(Object.keys(fetched[0]!.headers)).not.toContain("x-request-id");
  });
});

describe("LOG", () => {
  // rule: tokens/lines-chosen
  it("=errors leaves a line of our trouble and Sentry's only", async () => {
    await using quiet = await startWorker({ sentry: sentry.url, vars: { LOG: "errors" } });
    const { client, tokens } = await signIn(quiet);
    expect(await outcome(await refresh(quiet, client, "smcp_r_made.up"))).toBe("400 invalid_grant");
    await sentry.fault({ path: "/api/0/auth/", kind: "status", status: 500, times: 5 });
    await tool(quiet, tokens.access_token);
    await sentry.noFaults();
    // Its lines are what is looked for: there is no mark of the end in the log.
    await expect.poll(() => quiet.logs.filter(({ message }) => message.includes('"route"')).map(({ level }) => level)).toEqual(["warn"]);
  });

  it("of another value is refused by name", async () => {
    await using wrong = await startWorker({ vars: { LOG: "loud" } });
    expect((await wrong.fetch("/health")).status).toBe(500);
    await expect.poll(() => wrong.logs.map(({ message }) => message).join()).toContain("LOG is not usable: it must be all, sampled or errors");
  });
});
