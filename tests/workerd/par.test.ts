// Pushed authorization requests (RFC 9126), as a client and browsers see them.
// file rule: authorization/pushed-requests
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { raw } from "../support/raw.ts";
import {
  type Parameters,
  type Registered,
  authorizationUrl,
  outcome,
  pkce,
  postForm,
  query,
  redeem,
  register,
  rpc,
  tokensOf,
} from "../support/oauth.ts";
import { type Form, Person } from "../support/person.ts";
import { age, dumpStorage, objectStates, temporaryFolder } from "../support/storage.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  client = await register(worker);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

/** What would be the query of an authorization URL, as a form. */
function pushed(at: TestWorker, asked: Registered, changed: Parameters): Parameters {
  return Object.fromEntries(new URLSearchParams(authorizationUrl(at, asked, changed).search));
}

/** The link that opens a pushed request, and what must be remembered for its code. */
async function pushedLink(at: TestWorker, asked: Registered, changed: Parameters = {}): Promise<{ link: URL; verifier: string }> {
  const { verifier, challenge } = pkce();
  const response = await postForm(at, "/oauth/par", pushed(at, asked, { code_challenge: challenge, ...changed }));
  expect(response.status).toBe(201);
  const { request_uri } = (await response.json()) as { request_uri: string };
  return { link: linkTo(at, asked.client_id, request_uri), verifier };
}

const linkTo = (at: TestWorker, client_id: string, request_uri: string) =>
  new URL(`/oauth/authorize?${query({ client_id, request_uri })}`, at.origin);

async function form(person: Person, link: URL): Promise<Form> {
  const found = await person.consent(link);
  if (found instanceof URL) throw new Error(`answered at once: ${found}`);
  return found;
}

/** Presses Approve, and gives the whole answer. */
function press(person: Person, consent: Form): Promise<Response> {
  const fields = new URLSearchParams(consent.fields);
  fields.set("action", "approve");
  return person.request(consent.action, fields);
}

async function expectPage(response: Response, words: string) {
  const text = await response.text();
  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBe(null);
  expect(text).toContain(words);
  expect(text).toContain("Request ID");
}

describe("the endpoint", () => {
  it("is advertised, and answers as RFC 9126 §2.2 says", async () => {
    const metadata = (await (await worker.fetch("/.well-known/oauth-authorization-server")).json()) as Record<string, unknown>;
    expect(metadata.pushed_authorization_request_endpoint).toBe(`${worker.origin}/oauth/par`);
    const response = await postForm(worker, "/oauth/par", pushed(worker, client, {}));
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe("application/json");
    const body = (await response.json()) as Record<string, unknown>;
    expect(body).toEqual({ request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/), expires_in: 60 });
  });

  it.each<[string, Parameters, string]>([
    ["an unknown client", { client_id: "unknown" }, "401 invalid_client"],
    ["a secret of a client that has none", { client_secret: "x" }, "401 invalid_client"],
    ["a request_uri", { request_uri: "urn:ietf:params:oauth:request_uri:x" }, "400 invalid_request"],
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/cb" }, "400 invalid_request"],
    ["no PKCE", { code_challenge: undefined }, "400 invalid_request"],
    ["somebody else's resource", { resource: "https://evil.example/mcp" }, "400 invalid_target"],
    ["an unknown scope", { scope: "admin" }, "400 invalid_scope"],
    ["another response type", { response_type: "token" }, "400 unsupported_response_type"],
  ])("refuses %s", async (_, changed, expected) => {
    const usual = pushed(worker, client, {});
    const response = await postForm(worker, "/oauth/par", { ...usual, ...changed });
    expect(await outcome(response.clone())).toBe(expected);
    expect(Object.keys((await response.json()) as object)).toEqual(["error", "error_description"]);
  });

  it("asks a client that has a secret for it", async () => {
    const confidential = await register(worker, { token_endpoint_auth_method: "client_secret_basic" });
    const request = pushed(worker, confidential, {});
    expect(await outcome(await postForm(worker, "/oauth/par", request))).toBe("401 invalid_client");
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${confidential.client_id}:${secret}`)}` });
    const wrong = await postForm(worker, "/oauth/par", request, basic("wrong"));
    expect(wrong.headers.get("www-authenticate")).toContain("Basic");
    expect(await outcome(wrong)).toBe("401 invalid_client");
    expect((await postForm(worker, "/oauth/par", request, basic(confidential.client_secret!))).status).toBe(201);
  });

  it("is no place for a browser's script, as introspection is none", async () => {
    for (const path of ["/oauth/par", "/oauth/introspect"]) {
      const { origin } = worker;
      const preflight = await raw(origin, { method: "OPTIONS", path, headers: { origin: "https://app.example", "access-control-request-method": "POST" } });
      const answer = await postForm(worker, path, { client_id: client.client_id }, { origin: "https://app.example" });
      for (const response of [preflight, answer]) expect(response.headers.get("access-control-allow-origin")).toBe(null);
      expect(preflight.status).toBe(405);
      expect(preflight.headers.get("allow")).toBe("POST");
    }
  });
});

describe("the link", () => {
  it("leads through consent and Sentry to tokens, with the pushed parameters and no others", async () => {
    const { link, verifier } = await pushedLink(worker, client, { scope: "org:read", state: "pushed state" });
    link.searchParams.set("state", "evil");
    link.searchParams.set("redirect_uri", "https://evil.example/cb");
    link.searchParams.set("scope", "project:write");
    const callback = await new Person().authorize(link);
    expect(callback.href.startsWith(`${client.redirect_uris[0]}?`)).toBe(true);
    expect(callback.searchParams.get("state")).toBe("pushed state");
    expect(callback.searchParams.get("iss")).toBe(worker.origin);
    const authorized = { client, verifier, callback, code: callback.searchParams.get("code")! };
    const tokens = await tokensOf(await redeem(worker, authorized));
    expect(tokens.scope).toBe("org:read");
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
  });

  it("of a scoped issuer's endpoint is answered by that issuer", async () => {
    const path = "/mcp/lighthouse-books";
    const metadata = (await (await worker.fetch(`/.well-known/oauth-authorization-server${path}`)).json()) as {
      issuer: string;
      authorization_endpoint: string;
      pushed_authorization_request_endpoint: string;
    };
    const { link } = await pushedLink(worker, client, { resource: undefined });
    expect(metadata.pushed_authorization_request_endpoint).toBe(`${worker.origin}/oauth/par`);
    const scoped = new URL(metadata.authorization_endpoint);
    for (const [name, value] of link.searchParams) scoped.searchParams.set(name, value);
    const callback = await new Person().authorize(scoped);
    expect(callback.searchParams.get("iss")).toBe(metadata.issuer);
  });

  it("can be loaded again, and then approved", async () => {
    const person = new Person();
    const { link } = await pushedLink(worker, client);
    await form(person, link);
    const again = await form(person, link);
    const callback = await person.signIn(await person.decide(again));
    expect(callback.searchParams.get("code")).toBeTruthy();
  });

  it("is not used up by Deny", async () => {
    const person = new Person();
    const { link } = await pushedLink(worker, client);
    const denied = await person.decide(await form(person, link), { deny: "here" });
    expect(denied.searchParams.get("error")).toBe("access_denied");
    await form(person, link);
  });

  it("is refused once approved", async () => {
    const person = new Person();
    const { link } = await pushedLink(worker, client);
    await person.decide(await form(person, link));
    await expectPage(await person.request(link), "no longer good");
    const asJson = await worker.fetch(link.href, { headers: { accept: "application/json" } });
    expect(await outcome(asJson)).toBe("400 invalid_request_uri");
  });

  it("is refused with another client's id, or none, and stays good for its own", async () => {
    const other = await register(worker);
    const { link } = await pushedLink(worker, client);
    const uri = link.searchParams.get("request_uri")!;
    await expectPage(await worker.fetch(linkTo(worker, other.client_id, uri).href), "no longer good");
    await expectPage(await worker.fetch(`/oauth/authorize?${query({ request_uri: uri })}`), "client_id");
    await expectPage(await worker.fetch(linkTo(worker, client.client_id, `${uri.slice(0, -43)}${"A".repeat(43)}`).href), "no longer good");
    await form(new Person(), link);
  });
});

describe("the approval", () => {
  it("succeeds for one of 20 browsers at once", async () => {
    const { link } = await pushedLink(worker, client);
    const people = Array.from({ length: 20 }, () => new Person());
    const forms = await Promise.all(people.map((person) => form(person, link)));
    expect(new Set(forms.map(({ fields }) => fields.get("state"))).size).toBe(20);
    const answers = await Promise.all(people.map((person, i) => press(person, forms[i]!)));
    const winners = answers.filter(({ status }) => status === 302);
    expect(winners).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status !== 302) await expectPage(answer, "approved already");
    }
  });

  it("comes twice from a double click, and both legs are good", async () => {
    const person = new Person();
    const { link } = await pushedLink(worker, client);
    const consent = await form(person, link);
    const [first, second] = await Promise.all([press(person, consent), press(person, consent)]);
    const [one, two] = [first, second].map((answer) => new URL(answer.headers.get("location")!));
    expect(one!.searchParams.get("state")).not.toBe(two!.searchParams.get("state"));
    // The browser follows the second.
    expect((await person.signIn(two!)).searchParams.get("code")).toBeTruthy();
  });

  it("needs nothing of this for a request that was not pushed", async () => {
    const person = new Person();
    const consent = await form(person, authorizationUrl(worker, client));
    expect((await press(person, consent)).status).toBe(302);
    expect((await press(person, consent)).status).toBe(302);
  });
});

it("time: a link ends after a minute, its form does not, a use is remembered, and nothing stays", async () => {
  using folder = temporaryFolder();
  const person = new Person();
  const hosts = (at: TestWorker) => person.cookies.get(at.url.host)!;
  const first = await startWorker({ sentry: sentry.url, storage: folder.path });
  const asked = await register(first);
  // Its own address changes with its port.
  const changed = { resource: undefined };
  const [opened, unopened] = [await pushedLink(first, asked, changed), await pushedLink(first, asked, changed)];
  const [consent, reloaded] = [await form(person, opened.link), await loadedLater(person, opened.link)];
  const uri = opened.link.searchParams.get("request_uri")!;
  expect(objectStates(folder.path, "OnceObject")).toHaveLength(2);
  expect(dumpStorage(folder.path).includes(uri.slice(-43)), "no request_uri in the clear").toBe(false);
  const cookies = hosts(first);
  await first.stop();

  age(folder.path, 61);
  const second = await startWorker({ sentry: sentry.url, storage: folder.path });
  const at = (link: URL) => new URL(link.pathname + link.search, second.url);
  person.cookies.set(second.url.host, cookies);
  for (const { link } of [opened, unopened]) await expectPage(await person.request(at(link)), "no longer good");
  // By their alarms.
  await vi.waitUntil(() => objectStates(folder.path, "OnceObject").length === 0, { timeout: 10_000 });
  for (const time of ["first", "second"]) {
    const answer = await press(person, { ...consent, action: at(consent.action) });
    expect(answer.headers.get("location"), time).toContain(`${sentry.url}/oauth/authorize/`);
  }
  await expectPage(await press(person, { ...reloaded, action: at(reloaded.action) }), "approved already");
  await second.stop();

  age(folder.path, 61);
  await using third = await startWorker({ sentry: sentry.url, storage: folder.path });
  person.cookies.set(third.url.host, cookies);
  const action = new URL(consent.action.pathname, third.url);
  await expectPage(await press(person, { ...consent, action }), "approved already");
  expect(objectStates(folder.path, "OnceObject")).toHaveLength(1);
});

/** The same page a second later: another form, since it ends a second later. */
async function loadedLater(person: Person, link: URL): Promise<Form> {
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return form(person, link);
}
