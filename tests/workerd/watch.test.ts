// What leaves for others' tools to watch, as an operator sets it up: spans to an OpenTelemetry collector, faults of ours to a
// Sentry project. Both are tried against ones on this computer.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Collector, startCollector } from "../support/collector.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { broken as brokenLimiter } from "../support/limiters.ts";
import { lineOf } from "../support/lines.ts";
import { authorizationUrl, refresh, register, rpc, signIn } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
let collector: Collector;
let sentry: DemoSentry;
let worker: TestWorker;
/** Fails for every registration: a fault of ours. */
let broken: TestWorker;

beforeAll(async () => {
  [collector, sentry] = await Promise.all([startCollector(), startDemoSentry()]);
  const vars = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20of-the-collector, x-tenant=one",
    SENTRY_DSN: collector.url.replace("http://", "http://publickey@").concat("/42"),
  };
  const limiters = { REGISTER_RATE_LIMITER: brokenLimiter };
  [worker, broken] = await Promise.all([
    // Directly, so that the collector sees who gives it up.
    startWorker({ sentry: sentry.url, vars, direct: true }),
    startWorker({ vars, limiters }),
  ]);
}, 60_000);
afterAll(() => Promise.all([worker?.stop(), broken?.stop(), sentry?.stop(), collector?.stop()]));
beforeEach(() => {
  collector.spans.length = collector.faults.length = collector.bodies.length = collector.headers.length = 0;
});

const call = (token: string, name: string, headers: Record<string, string> = {}) =>
  worker.fetch("/mcp", {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json", "mcp-protocol-version": "2025-11-25", ...headers },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name } }),
  });
const spanOf = async (response: Response) => {
  const id = response.headers.get("x-request-id");
  await expect.poll(() => collector.spans.some(({ spanId }) => spanId === id)).toBe(true);
  return collector.spans.find(({ spanId }) => spanId === id)!;
};

describe("an OpenTelemetry collector", () => {
  // rule: mcp/spans: each line is a span of the caller's trace, with the names of the conventions for HTTP and MCP [OTLP 1.x; semantic conventions]
  it("gets a span of the caller's trace for a tool call, named by the conventions", async () => {
    const { tokens } = await signIn(worker);
    const response = await call(tokens.access_token, "whoami", { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
    const span = await spanOf(response);
    expect(span).toMatchObject({
      traceId: TRACE,
      parentSpanId: "00f067aa0ba902b7",
      name: "tools/call whoami",
      kind: 2,
      status: {},
      resource: { "service.name": "hosted-sentry-mcp", "service.version": expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      attributes: {
        "http.request.method": "POST",
        "http.route": "/mcp",
        "http.response.status_code": 200,
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2025-11-25",
        "gen_ai.tool.name": "whoami",
        "gen_ai.operation.name": "execute_tool",
        "smcp.upstream_calls": 1,
      },
    });
    const line = await lineOf(worker, response);
    expect(span.end - span.start).toBe(BigInt(line.ms) * 1_000_000n);
    expect(span.attributes).toMatchObject({ "enduser.pseudo.id": line.person, "smcp.grant": line.grant });
    expect(collector.headers[0]).toMatchObject({ authorization: "Bearer of-the-collector", "x-tenant": "one" });
    expect(collector.refused).toEqual([]);
  });

  // rule: mcp/spans
  it("gets one for a refusal as well, and an error where Sentry fails", async () => {
    const { client, tokens } = await signIn(worker);
    const refused = await spanOf(await refresh(worker, client, "smcp_r_made.up"));
    expect(refused).toMatchObject({ name: "POST /oauth/token", status: {}, attributes: { "error.type": "invalid_grant", "smcp.operation": "refresh_token", "http.response.status_code": 400 } });
    expect(refused.parentSpanId).toBeUndefined();
    await sentry.fault({ path: "/api/0/auth/", kind: "status", status: 500, times: 5 });
    const failed = await spanOf(await call(tokens.access_token, "whoami"));
    await sentry.noFaults();
    expect(failed).toMatchObject({ status: { code: 2, message: "tool_failed" }, attributes: { "error.type": "tool_failed", "smcp.reason": "Sentry failed" } });
    // Sentry's trouble is no fault of ours.
    expect(collector.faults).toEqual([]);
  });

  it("that does not answer costs no request anything", async () => {
    const { tokens } = await signIn(worker);
    collector.silent = true;
    try {
      // Answered before the collector was given up, so it did not wait for that.
      const { status } = await rpc(worker, tokens.access_token);
      expect([status, collector.gone]).toEqual([200, 0]);
      await expect.poll(() => collector.gone).toBeGreaterThan(0);
    } finally {
      collector.silent = false;
    }
  });
});

describe("a Sentry project", () => {
  // rule: tokens/faults-tell-no-one: a fault is reported by words of ours, without anybody's data
  it("hears of a fault of ours: where and which, and nothing of the one who met it", async () => {
    const response = await broken.fetch("/oauth/register", {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "hunter2", cookie: "hunter2=1" },
      body: JSON.stringify({ client_name: "hunter2", redirect_uris: ["https://hunter2.example/cb"] }),
    });
    expect(response.status).toBe(503);
    await expect.poll(() => collector.faults.length).toBe(1);
    const { auth, event } = collector.faults[0]!;
    const line = await lineOf(broken, response);
    expect(line).toMatchObject({ level: "error", outcome: "failed", error: "temporarily_unavailable", detail: "a limiter failed" });
    expect(auth).toMatch(/^Sentry sentry_version=7, sentry_client=hosted-sentry-mcp\/[\d.]+, sentry_key=publickey$/);
    expect(event).toMatchObject({
      level: "error",
      transaction: "/oauth/register",
      tags: { route: "/oauth/register", status: "503", request: line.request },
      contexts: { trace: { trace_id: line.trace, span_id: line.request } },
    });
    expect(Object.keys(event).sort()).toEqual(["contexts", "event_id", "fingerprint", "level", "logger", "message", "platform", "release", "tags", "timestamp", "transaction"]);
    expect(collector.bodies.join("\n")).not.toMatch(/hunter2|127\.0\.0\.1/);
  });

  it("hears of ten in a minute at most from one isolate", async () => {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    for (let time = 0; time < 15; time += 1) await spanOf(await broken.fetch("/oauth/register", post));
    expect(collector.faults.length).toBeLessThanOrEqual(10);
  });
});

// rule: tokens/nothing-secret-told
it("nothing that leaves holds a token, a code or anything of the person", async () => {
  const { client, tokens, code, verifier } = await signIn(worker);
  await call(tokens.access_token, "whoami");
  await refresh(worker, client, tokens.refresh_token);
  await worker.fetch(authorizationUrl(worker, await register(worker), { state: "hunter2", redirect_uri: "https://evil.example/hunter2" }).href);
  await expect.poll(() => collector.spans.some(({ attributes }) => attributes["error.type"] === "invalid_request")).toBe(true);
  const sent = collector.bodies.join("\n");
  for (const secret of [code, verifier, tokens.access_token, tokens.refresh_token, "hunter2", "ada@", "Marlowe", '"1001"']) expect(sent.includes(secret), secret).toBe(false);
  for (const token of [code, tokens.access_token, tokens.refresh_token]) expect(sent.includes(token.split(".")[1]!)).toBe(false);
});
