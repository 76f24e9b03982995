// Nobody leads this server elsewhere: whoever it asks may answer with a redirect, and what it holds does not travel along.
import { Response, fetch as plainFetch } from "miniflare";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Chat, endOf } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { authorize, outcome, redeem, refresh, register, rpc, signIn, tokensOf, tool } from "../support/oauth.ts";
import { withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const ELSEWHERE = "https://evil.example";

let sentry: DemoSentry;
let worker: TestWorker;
/** Requests to these paths are answered with this status, and a way elsewhere. */
let redirecting: { path: RegExp; status: number } | undefined;
let redirected = 0;
/** What came to the place that nobody should be led to: address and headers. */
const led: string[] = [];

withSentry((started) => void (sentry = started));
beforeAll(async () => {
  worker = await startWorker({
    sentry: sentry.url,
    vars: { LLM_API_KEY: "model-key", LLM_BASE_URL: "https://llm.example/v1", LLM_MODEL: "m" },
    outgoing: (request) => {
      const url = new URL(request.url);
      if (url.origin === ELSEWHERE) {
        led.push(`${request.method} ${request.url} ${JSON.stringify([...request.headers])}`);
        return Response.json({ access_token: "x", refresh_token: "y", expires_in: 3600, user: { id: "1001" }, choices: [{ message: { content: "led" } }] });
      }
      if (redirecting?.path.test(url.pathname)) {
        redirected++;
        return new Response(null, { status: redirecting.status, headers: { location: `${ELSEWHERE}${url.pathname}` } });
      }
      return url.origin === sentry.url ? plainFetch(request, { redirect: "manual" }) : undefined;
    },
  });
  return () => worker.stop();
});
beforeEach(() => {
  redirecting = undefined;
  redirected = 0;
  led.length = 0;
});

/** 307 and 308 keep method and body; the others make a GET. */
describe.each([301, 302, 303, 307, 308])("a redirect (%i)", (status) => {
  const to = (path: RegExp) => (redirecting = { path, status });

  it("of Sentry's API takes no token along", async () => {
    const { tokens } = await signIn(worker);
    to(/^\/api\/0\//);
    expect(await tool(worker, tokens.access_token), "and is no answer").toMatch(/^error: /);
    expect(redirected).toBeGreaterThan(0);
    expect(led).toEqual([]);
    redirecting = undefined;
    expect(await tool(worker, tokens.access_token)).toContain("Ada Marlowe");
  });

  it("of Sentry's token endpoint takes neither code nor secret along", async () => {
    const client = await register(worker);
    to(/^\/oauth\/token\/$/);
    await expect(authorize(worker, { client })).rejects.toThrow(/no code|callback/);
    expect(redirected).toBe(1);
    expect(led).toEqual([]);
  });

  it("in the middle of a renewal takes no refresh token along", async () => {
    await sentry.setExpiresIn(600);
    const authorized = await authorize(worker);
    const tokens = await tokensOf(await redeem(worker, authorized));
    await sentry.setExpiresIn(30 * 86_400);
    to(/^\/oauth\/token\/$/);
    await outcome(await refresh(worker, authorized.client, tokens.refresh_token));
    expect(redirected).toBe(1);
    expect(led).toEqual([]);
  });

  it("of the language model takes neither key nor words along", async () => {
    const chat = new Chat(worker);
    await chat.signIn();
    to(/\/chat\/completions$/);
    expect(endOf(await chat.question("What broke today?"))).toBe("model_unreachable");
    const { tokens } = await signIn(worker);
    const params = { name: "use_sentry", arguments: { request: "what broke today?" } };
    const answer = await rpc(worker, tokens.access_token, { path: "/mcp?agent=1", method: "tools/call", params });
    expect(await answer.json()).toMatchObject({ result: { isError: true } });
    expect(redirected).toBeGreaterThanOrEqual(2);
    expect(led).toEqual([]);
  });
});
