// Rows of malformed requests, each with the status and error code of the contract, and what is asked of any answer. The
// requests of one file go to one worker, which must be as good afterwards as before.
import { expect, it } from "vitest";
import { type Parameters, REDIRECT_URI, type Registered, type Tokens, query, register, rpc, signIn } from "./oauth.ts";
import { type RawRequest, raw } from "./raw.ts";
import { withSite } from "./site.ts";
import type { TestWorker } from "./worker.ts";

/** Stands wherever a row sends a secret. It must come back in no answer and stand in no log. */
export const SECRET = "tell-nobody-of-4f1a9";

export interface Context {
  origin: string;
  client: Registered;
  confidential: Registered;
  tokens: Tokens;
}

export type Expected =
  /** An endpoint's `{error, error_description}`. */
  | { kind: "json"; status: number; error: string; headers?: Record<string, string> }
  /** A page: nothing is known yet to which the browser could be redirected. */
  | { kind: "page"; status: number; says?: string }
  /** An error that goes to the client. */
  | { kind: "redirect"; error: string; iss?: string }
  /** A JSON-RPC error. */
  | { kind: "rpc"; status: number; code: number }
  | { kind: "status"; status: number; headers?: Record<string, string> };

export type Row = [name: string, request: (context: Context) => RawRequest, expected: Expected];

export const json = (status: number, error: string, headers?: Record<string, string>): Expected => ({ kind: "json", status, error, headers });
export const page = (status: number, says?: string): Expected => ({ kind: "page", status, says });
export const redirect = (error: string): Expected => ({ kind: "redirect", error });
export const rpcError = (status: number, code: number): Expected => ({ kind: "rpc", status, code });
export const status = (status: number, headers?: Record<string, string>): Expected => ({ kind: "status", status, headers });

export const get = (path: string, headers?: RawRequest["headers"]) => (): RawRequest => ({ path, headers });
export const post = (path: string, headers?: RawRequest["headers"], body?: RawRequest["body"]) => (): RawRequest => ({ method: "POST", path, headers, body });

export const FORM = { "content-type": "application/x-www-form-urlencoded" };
export const JSON_TYPE = { "content-type": "application/json" };
export const invalidUtf8 = (prefix: string) => Buffer.concat([Buffer.from(prefix), Buffer.from([0xff, 0xfe])]);

let worker: TestWorker;
let context: Context;

/** Starts a worker with a session and two clients before the rows. */
export function withContext(begin: (context: Context, worker: TestWorker) => unknown = () => {}): void {
  withSite(async (site) => {
    worker = site.worker;
    const { client, tokens } = await signIn(worker, { choices: { skills: ["inspect"] } });
    const confidential = await register(worker, { token_endpoint_auth_method: undefined });
    context = { origin: worker.origin, client, confidential, tokens };
    await begin(context, worker);
  });
}

/** Sends what a row says, and compares the answer. */
export async function checkRow(_: string, request: Row[1], expected: Expected): Promise<void> {
  const response = await raw(worker.origin, request(context));
  const text = await response.text();
  if (expected.kind === "redirect") expectRedirect(response, expected.error);
  else expect(response.status, text).toBe(expected.status);
  if (expected.kind === "json") expectJson(response, text, expected.error);
  if (expected.kind === "page") expectPage(response, text, expected.says);
  if (expected.kind === "rpc") expect(JSON.parse(text)).toMatchObject({ jsonrpc: "2.0", error: { code: expected.code } });
  for (const [name, value] of Object.entries(("headers" in expected && expected.headers) || {})) {
    expect(response.headers.get(name), name).toBe(value);
  }
  expect(response.headers.get("x-content-type-options"), "nothing is guessed from the body").toBe("nosniff");
  expect(text).not.toContain(SECRET);
  expect(JSON.stringify([...response.headers])).not.toContain(SECRET);
}

function expectJson(response: Response, text: string, error: string) {
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = JSON.parse(text) as Record<string, unknown>;
  expect(body.error, text).toBe(error);
  // RFC 6749 §5.2: printable ASCII without quote and backslash.
  expect(body.error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
  expect(Object.keys(body).sort()).toEqual(["error", "error_description"]);
}

function expectRedirect(response: Response, error: string) {
  expect(response.status).toBe(302);
  const location = new URL(response.headers.get("location") ?? "");
  expect(location.origin + location.pathname).toBe(REDIRECT_URI);
  expect(location.searchParams.get("error")).toBe(error);
  expect(location.searchParams.get("error_description")).toBeTruthy();
  expect(location.searchParams.get("iss")).toBe(worker.origin);
  expect(location.searchParams.has("code")).toBe(false);
}

function expectPage(response: Response, text: string, says = "") {
  expect(response.headers.has("location"), "a redirect before the client is known").toBe(false);
  expect(response.headers.has("refresh")).toBe(false);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const id = response.headers.get("x-request-id");
  expect(text).toMatch(new RegExp(`Request ID(?:: | <code>)${id}</code>`));
  expect(text).toContain(says);
}

/** What is asked after the rows of a file. */
export function asGoodAsBefore(): void {
  it("the worker still answers, and a person still signs in", async () => {
    expect((await worker.fetch("/health")).status).toBe(200);
    const { tokens } = await signIn(worker);
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    // The session from before the table lives too: no row could end it.
    expect((await rpc(worker, context.tokens.access_token)).status).toBe(200);
  });

  it("no log line holds a secret, and nothing panicked", async () => {
    const log = JSON.stringify(await worker.flushedLogs());
    expect(log).toContain("/oauth/token");
    for (const secret of [SECRET, context.tokens.access_token, context.tokens.refresh_token, context.confidential.client_secret!]) {
      expect(log.includes(secret), secret).toBe(false);
    }
    expect(log).not.toMatch(/panicked|RuntimeError|unreachable executed|Uncaught/);
  });

  it("each page's request id stands in the log", async () => {
    const response = await worker.fetch("/oauth/authorize?client_id=nobody-knows-it");
    const id = /Request ID(?:: | <code>)([0-9a-f]+)<\/code>/.exec(await response.text())?.[1];
    expect(id).toBeTruthy();
    const lines = (await worker.flushedLogs()).filter(({ message }) => message.includes(id!));
    expect(lines.map(({ message }) => message).join("\n")).toContain("We no longer know this application");
  });
}
