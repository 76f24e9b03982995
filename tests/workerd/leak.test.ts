// Everything that can happen to a session, good and bad, with all that went in and out recorded: no secret of it lies on
// the disk, is in the log, stands in a URL, or comes back in an answer that is not its place.
import { createHash } from "node:crypto";
import { fetch as plainFetch } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import {
  type Registered,
  type Tokens,
  authorizationUrl,
  authorize,
  pkce,
  postForm,
  redeem,
  refresh,
  register,
  rpc,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TemporaryFolder, dumpStorage, objectStates, temporaryFolder } from "../support/storage.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const COOKIE_SECRET = "newer-cookie-secret-of-this-test-only-1,older-cookie-secret-of-this-test-only-2";
const OPERATORS_SECRET = "the-secret-of-a-client-in-CLIENTS";

let sentry: DemoSentry;
let folder: TemporaryFolder;
let worker: TestWorker;

/** What nobody but its owner may see, by what it is. */
const secrets = new Map<string, string>();
/** Where codes go, which are in URLs by design. */
const codes = new Map<string, string>();
/** Every answer of the worker: its status line, headers and body, and whether it is the one place for tokens. */
const answers: { request: string; text: string; tokens: boolean }[] = [];
const locations: string[] = [];
let log = "";
let dump: Buffer = Buffer.alloc(0);

function keep(what: string, value: string | undefined) {
  if (!value) throw new Error(`there is no ${what}`);
  secrets.set(`${what} ${secrets.size}`, value);
}

function keepTokens(tokens: Tokens): Tokens {
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    keep("token", token);
    // The part that makes it a secret, in case that it is kept without its name.
    keep("token's secret", token.split(".")[1]);
  }
  return tokens;
}

/** A worker whose answers are recorded. */
function recorded(at: TestWorker): TestWorker {
  const proxy = Object.create(at) as TestWorker;
  proxy.fetch = async (path, init = {}) => record(`${init.method ?? "GET"} ${path.split("?")[0]}`, await at.fetch(path, init));
  return proxy;
}

async function record(request: string, response: Response): Promise<Response> {
  const text = await response.clone().text();
  const headers = [...response.headers].filter(([name]) => name !== "set-cookie" && name !== "location");
  const issued = /"(access_token|client_secret)":/.test(text);
  answers.push({ request, text: `${JSON.stringify(headers)} ${text}`, tokens: issued });
  const location = response.headers.get("location") ?? response.headers.get("refresh");
  if (location) locations.push(location);
  return response;
}

/** Its cookies and its upstream states are secrets. */
class WatchedPerson extends Person {
  constructor() {
    super({
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (url.origin !== worker.origin) return response;
        for (const line of response.headers.getSetCookie()) {
          const value = /^[^=]+=([^;]*)/.exec(line)?.[1];
          if (value) keep("cookie", value);
        }
        return record(`${init.method} ${url.pathname}`, response);
      },
    });
  }
}

beforeAll(async () => {
  sentry = await startDemoSentry();
  folder = temporaryFolder();
  worker = await startWorker({
    sentry: sentry.url,
    storage: folder.path,
    vars: {
      COOKIE_SECRET,
      CLIENTS: JSON.stringify([
        {
          client_id: "house",
          redirect_uris: ["https://house.example/callback"],
          client_secret_sha256: createHash("sha256").update(OPERATORS_SECRET).digest("hex"),
        },
      ]),
    },
    outgoing: async (request) => {
      if (!request.url.endsWith("/oauth/token/")) return undefined;
      const sent = new URLSearchParams(await request.clone().text());
      const answer = await plainFetch(request, { redirect: "manual" });
      const body = (await answer.clone().json()) as { access_token?: string; refresh_token?: string };
      if (sent.has("code")) codes.set(`Sentry's code ${codes.size}`, sent.get("code")!);
      if (sent.has("code_verifier")) keep("verifier towards Sentry", sent.get("code_verifier")!);
      for (const token of [body.access_token, body.refresh_token]) if (token) keep("Sentry's token", token);
      return answer;
    },
  });
  await live(recorded(worker));
  log = JSON.stringify(await worker.flushedLogs());
  dump = dumpStorage(folder.path);
}, 60_000);

afterAll(async () => {
  await Promise.all([worker?.stop(), sentry?.stop()]);
  folder?.[Symbol.dispose]();
});

/** The life of three sessions. */
async function live(at: TestWorker) {
  for (const value of [...COOKIE_SECRET.split(","), OPERATORS_SECRET, "demo-secret"]) keep("configured secret", value);
  keep("Sentry's token", "demo-token-ada");

  const signIn = async (client: Registered, extra: Record<string, string | undefined> = {}) => {
    const authorized = await authorize(at, { client, person: new WatchedPerson() });
    keep("verifier", authorized.verifier);
    codes.set(`code ${codes.size}`, authorized.code);
    keep("code's secret", authorized.code.split(".")[1]);
    return { authorized, tokens: keepTokens(await tokensOf(await redeem(at, authorized, extra))) };
  };

  // A confidential client: refreshes, calls, renewals at Sentry, narrowing, introspection, revocation.
  const client = await register(at, { token_endpoint_auth_method: "client_secret_post" });
  keep("client secret", client.client_secret);
  const secret = { client_secret: client.client_secret };
  await sentry.setExpiresIn(600);
  const one = await signIn(client, secret);
  await sentry.setExpiresIn(30 * 86_400);
  const second = keepTokens(await tokensOf(await refresh(at, client, one.tokens.refresh_token, secret)));
  expect(await tool(at, second.access_token)).toContain("Ada Marlowe");
  await sentry.expire({ user: "1001" });
  expect(await tool(at, second.access_token)).toContain("Ada Marlowe");
  expect(await sentry.renewals()).toHaveLength(2);
  await postForm(at, "/oauth/introspect", { token: second.refresh_token, client_id: client.client_id, ...secret });
  keepTokens(await tokensOf(await refresh(at, client, second.refresh_token, { ...secret, scope: "org:read" })));
  await refresh(at, client, one.tokens.refresh_token, secret);
  await postForm(at, "/oauth/revoke", { token: one.tokens.access_token, client_id: client.client_id, ...secret });

  // Mistakes of clients: secrets in the wrong place, wrong secrets, replays, tokens where none belong.
  const two = await signIn(await register(at));
  await redeem(at, two.authorized);
  await at.fetch(`/oauth/token?refresh_token=${second.refresh_token}&client_secret=${client.client_secret}`);
  // Its answer has the query in it, by contract: the challenge names the resource's metadata as it was asked for.
  await worker.fetch(`/mcp?access_token=${second.access_token}`, { method: "POST" });
  await postForm(at, "/oauth/token", { grant_type: second.refresh_token, client_id: second.access_token, client_secret: client.client_secret });
  await postForm(at, "/oauth/token", { grant_type: "refresh_token", refresh_token: second.refresh_token }, {
    authorization: `Basic ${Buffer.from(`house:${OPERATORS_SECRET}`).toString("base64")}`,
  });
  await postForm(at, "/oauth/token", { grant_type: "refresh_token", refresh_token: second.refresh_token }, { authorization: `Bearer ${client.client_secret}` });
  await at.fetch("/oauth/token", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ refresh_token: second.refresh_token }) });
  await at.fetch("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${second.access_token}` },
    body: JSON.stringify({ redirect_uris: [], client_secret: client.client_secret, x: second.refresh_token }),
  });
  await at.fetch("/mcp", { method: "POST", headers: { authorization: `Token ${second.access_token}` } });
  await at.fetch("/mcp", { method: "POST", headers: { authorization: `Bearer ${second.access_token}`, "content-type": "application/json" }, body: `{"a": "${second.refresh_token}` });

  // Sentry's tokens as they are, a person who stops half-way, Sentry in trouble, and the end of everything.
  const direct = { authorization: "Sentry-Bearer demo-token-ada", "content-type": "application/json", accept: "application/json" };
  await at.fetch("/mcp", { method: "POST", headers: direct, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } }) });
  const person = new WatchedPerson();
  const { verifier, challenge } = pkce();
  keep("verifier", verifier);
  const form = await person.consent(authorizationUrl(at, client, { code_challenge: challenge }));
  if (form instanceof URL) throw new Error(`answered at once: ${form}`);
  const callback = await person.atSentry(await person.decide(form));
  codes.set("Sentry's code, unused", callback.searchParams.get("code")!);
  await sentry.fault({ path: "/oauth/token/", kind: "status", status: 503 });
  await person.request(callback);
  await person.request(callback);
  const three = await signIn(await register(at));
  await sentry.revoke({ user: "1001" });
  expect((await rpc(at, three.tokens.access_token, { method: "tools/call", params: { name: "whoami" } })).status).toBe(401);
  await refresh(at, three.authorized.client, three.tokens.refresh_token);
}

/** As it is, percent-encoded, in base64, and its bytes in hexadecimal and in both kinds of base64. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret, "base64url");
  const text = Buffer.from(secret);
  const bare = (value: string) => value.replace(/=+$/, "");
  return [
    secret,
    encodeURIComponent(secret),
    bare(text.toString("base64")),
    text.toString("hex"),
    ...(bytes.length >= 16 ? [bytes.toString("hex"), bare(bytes.toString("base64"))] : []),
  ];
}

function expectNowhere(where: string | Buffer, values: Map<string, string>) {
  for (const [what, value] of values) {
    for (const spelling of spellings(value)) expect(where.includes(spelling), `${what}: ${spelling}`).toBe(false);
  }
}

describe("after all that", () => {
  it("there was something to find", () => {
    expect(secrets.size).toBeGreaterThan(35);
    expect(codes.size).toBeGreaterThanOrEqual(7);
    expect(answers.length).toBeGreaterThan(30);
    expect(objectStates(folder.path, "GrantObject").length).toBeGreaterThan(1);
    expect(dump.includes("Test Editor")).toBe(true);
    for (const line of ["/oauth/callback", "refresh_reused", "code_replayed", "closed", "sign-in at Sentry"]) expect(log).toContain(line);
  });

  // rule: tokens/sealed-props
  it("the storage holds none of it", () => {
    expectNowhere(dump, secrets);
    expectNowhere(dump, codes);
    for (const personal of ["ada@", "Marlowe"]) expect(dump.includes(personal), personal).toBe(false);
  });

  // rule: tokens/nothing-secret-told: nothing secret in log, URL or answer
  it("the log holds none of it, nor anything of the person", () => {
    expectNowhere(log, secrets);
    expectNowhere(log, codes);
    expect(log).not.toMatch(/ada@|marlowe|user-agent|cookie:/i);
    expect(log).not.toContain("?");
  });

  // rule: tokens/nothing-secret-told
  it("no answer holds any of it, but the ones that issue tokens", () => {
    for (const { request, text, tokens } of answers) {
      if (!tokens) for (const [what, value] of secrets) expect(text.includes(value), `${what} in ${request}`).toBe(false);
    }
    // And those hold nothing of Sentry or of the operator.
    const foreign = [...secrets].filter(([what]) => /^(Sentry|configured|verifier)/.test(what));
    for (const { request, text } of answers) for (const [what, value] of foreign) expect(text.includes(value), `${what} in ${request}`).toBe(false);
  });

  // rule: tokens/nothing-secret-told
  it("no URL holds a secret, codes and states aside", () => {
    expect(locations.length).toBeGreaterThan(6);
    const urls = [...locations, ...worker.requests.map((url) => url.href)].join("\n");
    const kept = [...secrets].filter(([what]) => !what.startsWith("code's secret"));
    expectNowhere(urls, new Map(kept));
  });

  // rule: tokens/nothing-secret-told
  it("a token in a path that nobody knows is not written down either", async () => {
    const token = answers.map(({ text }) => /"access_token":"([^"]+)"/.exec(text)?.[1]).find((found) => found)!;
    for (const path of [`/nowhere/${token}`, `/mcp/${token}`, `/.well-known/oauth-protected-resource/mcp/${token}`]) await worker.fetch(path);
    const now = JSON.stringify(await worker.flushedLogs());
    expect(now.includes(token)).toBe(false);
  });
});
