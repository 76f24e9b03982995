// What clients do beside the text: scopes that they were not granted or that OpenID defines, and an `Authorization`
// header that authenticates nobody. Each row is one of public reports about clients. None of them costs its person the
// stored credentials: afterwards the same client refreshes as ever.
import { beforeEach, describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import {
  type Authorized,
  type Parameters,
  type Registered,
  type Tokens,
  authorizationUrl,
  authorize,
  pkce,
  postForm,
  redeem,
  refresh,
  register,
  signIn,
  tokensOf,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

const ALL = "org:read project:write team:write event:write";
/** What the consent page has ticked where all four are asked for. */
const GRANTED = "event:write org:read";
const OPENID = "openid profile email address phone offline_access";
const EVERY_SKILL = ["inspect", "docs", "triage", "seer", "project-management"];
const DOCUMENT = "https://client.example/lenient.json";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
withSite((site) => ({ worker } = site), { outgoing: serveDocuments(documents) });
beforeEach(() => documents.clear());

interface Session {
  client: Registered;
  tokens: Tokens;
}
type Headers = Record<string, string>;

/** Status, and the scope or the error of a token answer: `200 org:read`, `400 invalid_scope`. */
async function told(response: Response): Promise<string> {
  const text = await response.text();
  const body = (text === "" ? {} : JSON.parse(text)) as { scope?: string; error?: string };
  return [response.status, body.error ?? body.scope].filter(Boolean).join(" ");
}

/** The client goes on as if nothing had been. */
async function goesOn({ client, tokens }: Session, scope = GRANTED, more: Parameters = {}) {
  expect(await told(await refresh(worker, client, tokens.refresh_token, more)), "an ordinary refresh afterwards").toBe(`200 ${scope}`);
}

const asksForAll = (client?: Registered) => signIn(worker, { ...(client && { client }), parameters: { scope: ALL } });
const basic = (id: string, secret = ""): Headers => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` });
const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
/** With `client_id` in the body unless it is taken out. */
const refreshWith = ({ client, tokens }: Session, headers: Headers, changed: Parameters = {}) =>
  postForm(worker, "/oauth/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: client.client_id, ...changed }, headers);
const redeemWith = ({ client, code, verifier }: Authorized, headers: Headers, changed: Parameters = {}) =>
  postForm(worker, "/oauth/token", { grant_type: "authorization_code", code, code_verifier: verifier, client_id: client.client_id, ...changed }, headers);

describe("a refresh", () => {
  // rule: tokens/asked-scope-narrowed
  it.each([
    ["without scope", undefined, GRANTED],
    ["with an empty scope", "", GRANTED],
    ["with the granted scope", GRANTED, GRANTED],
    ["in another order", "org:read event:write", GRANTED],
    ["with two blanks", "event:write  org:read", GRANTED],
    ["with one named twice", "org:read event:write org:read", GRANTED],
    ["with all that it once asked for", ALL, GRANTED],
    ["with a part of what it asked for", "team:write org:read", "org:read"],
    ["with offline_access", `${GRANTED} offline_access`, GRANTED],
    ["with openid", `${GRANTED} openid`, GRANTED],
    ["with profile and email", `${GRANTED} profile email`, GRANTED],
    ["with all that OpenID defines, alone", OPENID, GRANTED],
    ["with less", "org:read", "org:read"],
  ])("%s has what was granted", async (_, scope, expected) => {
    const session = await asksForAll();
    expect(session.tokens.scope).toBe(GRANTED);
    expect(await told(await refresh(worker, session.client, session.tokens.refresh_token, { scope }))).toBe(`200 ${expected}`);
    await goesOn(session);
  });

  // rule: tokens/asked-scope-narrowed
  it.each([
    ["what was not granted alone", "team:write"],
    ["what nobody has, beside the granted scope", `${GRANTED} org:admin`],
    ["what OpenID defines, beside what nobody has", "openid org:admin"],
  ])("with %s is refused, and costs nothing", async (_, scope) => {
    const session = await asksForAll();
    expect(await told(await refresh(worker, session.client, session.tokens.refresh_token, { scope }))).toBe("400 invalid_scope");
    await goesOn(session);
  });

  // rule: tokens/asked-scope-narrowed
  it("with what was never asked for is refused, and costs nothing", async () => {
    const session = await signIn(worker, { parameters: { scope: GRANTED } });
    expect(await told(await refresh(worker, session.client, session.tokens.refresh_token, { scope: ALL }))).toBe("400 invalid_scope");
    await goesOn(session);
  });

  it("with less is for one token: the next has all again", async () => {
    const session = await signIn(worker, { parameters: { scope: ALL }, choices: { skills: EVERY_SKILL } });
    const everything = "event:write org:read project:write team:write";
    expect(session.tokens.scope).toBe(everything);
    const narrow = await tokensOf(await refresh(worker, session.client, session.tokens.refresh_token, { scope: "org:read" }));
    expect(narrow.scope).toBe("org:read");
    await goesOn({ ...session, tokens: narrow }, everything);
  });
});

describe("an authorization request", () => {
  // rule: authorization/scopes
  it.each([
    ["openid", undefined],
    ["openid profile email", undefined],
    ["openid offline_access", undefined],
    [OPENID, undefined],
    ["openid org:read", "org:read"],
    ["org:read offline_access", "org:read"],
  ])("for %s goes on as without it", async (scope, same) => {
    const as = await signIn(worker, { parameters: { scope: same } });
    const session = await signIn(worker, { parameters: { scope } });
    expect(session.tokens.scope).toBe(as.tokens.scope);
    await goesOn(session, as.tokens.scope);
    await goesOn(session, as.tokens.scope, { scope });
  });

  // rule: authorization/scopes
  it.each(["org:read org:admin", "openid org:admin"])("for %s is invalid_scope, and costs nothing", async (scope) => {
    const session = await asksForAll();
    const callback = (await new Person().consent(authorizationUrl(worker, session.client, { scope }))) as URL;
    expect(callback.searchParams.get("error")).toBe("invalid_scope");
    await goesOn(session);
  });

  // rule: authorization/pushed-requests
  it.each([
    [OPENID, "201"],
    ["openid org:read", "201"],
    ["openid org:admin", "400 invalid_scope"],
  ])("that is pushed with %s is answered alike", async (scope, expected) => {
    const session = await asksForAll();
    const form = Object.fromEntries(authorizationUrl(worker, session.client, { scope }).searchParams);
    expect(await told(await postForm(worker, "/oauth/par", form))).toBe(expected);
    await goesOn(session);
  });

  // rule: authorization/scopes
  it.each(["openid profile org:read", "openid profile", "org:read", undefined])("of a document with the scope %s goes on", async (scope) => {
    const client = publishTo(documents, DOCUMENT, { scope });
    const session = await signIn(worker, { client, parameters: { scope } });
    expect(session.tokens.scope).toBe(scope?.includes("org:read") ? "org:read" : GRANTED);
    await goesOn(session, session.tokens.scope, { scope });
    await goesOn(await signIn(worker, { client }));
  });

  // rule: authorization/scopes
  it("is told nowhere of what OpenID defines", async () => {
    for (const path of ["oauth-authorization-server", "openid-configuration", "oauth-protected-resource/mcp", "oauth-protected-resource/mcp/acme"]) {
      const { scopes_supported } = (await (await worker.fetch(`/.well-known/${path}`)).json()) as { scopes_supported: string[] };
      expect([...scopes_supported].sort().join(" "), path).toBe("event:write org:read project:write team:write");
    }
    const challenge = (await worker.fetch("/mcp", { method: "POST" })).headers.get("www-authenticate")!;
    for (const word of OPENID.split(" ")) expect(challenge).not.toContain(word);
  });
});

describe("a registration", () => {
  // rule: clients/registered-scope-counts
  it.each([
    ["openid org:read", "org:read"],
    ["openid profile email", undefined],
    ["org:read org:admin", "org:read"],
    ["org:admin", undefined],
    ["offline_access org:read", "org:read"],
    [ALL, "event:write org:read project:write team:write"],
    ["", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("for the scope %s states what counts, and that is taken later", async (scope, stated) => {
    const client = (await register(worker, { scope })) as Registered & { scope?: string };
    expect(client.scope).toBe(stated);
    const session = await signIn(worker, { client, parameters: { scope: client.scope } });
    expect(session.tokens.scope).toBe(stated === "org:read" ? stated : GRANTED);
    await goesOn(session, session.tokens.scope, { scope: client.scope });
    await goesOn(session, session.tokens.scope);
  });
});

/** Headers that authenticate nobody. */
const IGNORED: [string, (session: Session) => Headers][] = [
  ["a stale token as Bearer", () => bearer("stale")],
  ["its own access token as Bearer", ({ tokens }) => bearer(tokens.access_token)],
  ["Bearer alone", () => ({ authorization: "Bearer" })],
  ["a scheme that nobody knows", () => ({ authorization: "Token stale" })],
  ["nothing behind its name", () => ({ authorization: "" })],
  ["Basic with its id and an empty password", ({ client }) => basic(encodeURIComponent(client.client_id))],
];

// rule: tokens/other-schemes-ignored
// rule: tokens/empty-password
describe.each(IGNORED)("a public client whose header holds %s", (_, headers) => {
  const described = () => publishTo(documents, DOCUMENT);

  it.each([
    ["registered", () => register(worker)],
    ["described by a document", async () => described()],
  ])("is served as without it where it is %s", async (_kind, make) => {
    const session = await asksForAll(await make());
    expect(await told(await refreshWith(session, headers(session))), "refresh").toBe(`200 ${GRANTED}`);
    const again = await authorize(worker, { client: session.client, parameters: { scope: ALL } });
    const redeemed = await redeemWith(again, headers(session));
    expect(redeemed.status, "code").toBe(200);
    const own = { token: session.tokens.access_token, client_id: session.client.client_id };
    const found = await postForm(worker, "/oauth/introspect", own, headers(session));
    expect(await found.json(), "introspection").toMatchObject({ active: true });
    expect((await postForm(worker, "/oauth/revoke", own, headers(session))).status, "revocation").toBe(200);
    const form = Object.fromEntries(authorizationUrl(worker, session.client, { code_challenge: pkce().challenge }).searchParams);
    expect((await postForm(worker, "/oauth/par", form, headers(session))).status, "pushed request").toBe(201);
    await goesOn(session);
    await goesOn({ ...session, tokens: await tokensOf(redeemed) });
  });
});

// rule: tokens/empty-password
describe("a client whose id stands in the header alone", () => {
  it.each([
    ["as it is", (id: string) => basic(id)],
    ["form-encoded", (id: string) => basic(encodeURIComponent(id))],
  ])("%s, with an empty password, is served", async (_, header) => {
    for (const client of [await register(worker), publishTo(documents, DOCUMENT)]) {
      const nowhere = { client_id: undefined };
      const authorized = await authorize(worker, { client, parameters: { scope: ALL } });
      const tokens = await tokensOf(await redeemWith(authorized, header(client.client_id), nowhere));
      const session = { client, tokens };
      expect(await told(await refreshWith(session, header(client.client_id), nowhere))).toBe(`200 ${GRANTED}`);
      await goesOn(session);
    }
  });
});

describe("an empty client_secret in the body", () => {
  it("is none", async () => {
    const session = await asksForAll();
    expect(await told(await refreshWith(session, {}, { client_secret: "" }))).toBe(`200 ${GRANTED}`);
    await goesOn(session);
  });
});

describe("credentials that are wrong", () => {
  // rule: tokens/basic-header
  it.each<[string, (session: Session) => Headers, Parameters, string]>([
    ["a made-up password in the header", ({ client }) => basic(client.client_id, "made-up"), {}, "unknown client, wrong secret, or not the method it registered"],
    ["a made-up secret in the body", () => ({}), { client_secret: "some" }, "unknown client, wrong secret, or not the method it registered"],
    ["a header that is no Basic", () => ({ authorization: "Basic ???" }), {}, "the Authorization header is not HTTP Basic with form-encoded parts"],
  ])("%s: told so, and nothing is lost", async (_, headers, form, words) => {
    const session = await asksForAll();
    const authorized = await authorize(worker, { client: session.client, parameters: { scope: ALL } });
    for (const response of [await refreshWith(session, headers(session), form), await redeemWith(authorized, headers(session), form)]) {
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: "invalid_client", error_description: words });
      expect(response.headers.has("www-authenticate"), "the challenge of Basic").toBe(!("client_secret" in form));
    }
    await goesOn(session);
    await goesOn({ ...session, tokens: await tokensOf(await redeem(worker, authorized)) });
  });

  it.each([
    ["the right secret beside a Bearer token is served", true, `200 ${GRANTED}`],
    ["a wrong secret beside a Bearer token is refused", false, "401 invalid_client"],
  ])("%s", async (_, right, expected) => {
    const client = await register(worker, { token_endpoint_auth_method: "client_secret_post" });
    const secret = { client_secret: client.client_secret };
    const authorized = await authorize(worker, { client, parameters: { scope: ALL } });
    const session = { client, tokens: await tokensOf(await redeem(worker, authorized, secret)) };
    const shown = right ? secret : { client_secret: "wrong" };
    expect(await told(await refreshWith(session, bearer("stale"), shown))).toBe(expected);
    await goesOn(session, GRANTED, secret);
  });

  // rule: tokens/empty-password
  it("an empty password where there is a secret is told what is missing, and nothing is lost", async () => {
    const client = await register(worker, { token_endpoint_auth_method: "client_secret_basic" });
    const authorized = await authorize(worker, { client, parameters: { scope: ALL } });
    const right = basic(client.client_id, client.client_secret);
    const tokens = await tokensOf(await redeemWith(authorized, right, { client_id: undefined }));
    const response = await refreshWith({ client, tokens }, basic(client.client_id), { client_id: undefined });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="Sentry MCP"');
    expect(await response.text()).toContain("must authenticate with the method it registered");
    expect(await told(await refreshWith({ client, tokens }, right, { client_id: undefined }))).toBe(`200 ${GRANTED}`);
  });
});
