// What clients ran into elsewhere, each as one test: every one of these has signed people out, or kept them from signing
// in, at some server.
import { beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { startAgingWorker } from "../support/later.ts";
import {
  REDIRECT_URI,
  type Registered,
  authorizationUrl,
  authorize,
  outcome,
  pkce,
  postForm,
  redeem,
  refresh,
  register,
  revoke,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site), { outgoing: serveDocuments(documents) });
beforeEach(() => documents.clear());

const works = async (access_token: string, at = worker) => expect(await tool(at, access_token)).toContain("Ada Marlowe");

describe("a session", () => {
  // rule: tokens/two-steps-old
  it("outlives the use of a refresh token that is two steps old, which fails alone", async () => {
    const { client, tokens } = await signIn(worker);
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    const third = await tokensOf(await refresh(worker, client, second.refresh_token));
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("400 invalid_grant");
    for (const { access_token } of [tokens, second, third]) await works(access_token);
    expect((await refresh(worker, client, third.refresh_token)).status).toBe(200);
  });

  // rule: tokens/two-computers: two computers with one client and redirect URI do not end each other
  it("of one computer is not ended by another with the same client and redirect URI", async () => {
    const client = await register(worker);
    const computers = [await signIn(worker, { client }), await signIn(worker, { client }), await signIn(worker, { client })];
    for (const { tokens } of computers) {
      await works(tokens.access_token);
      expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
    }
    await revoke(worker, client, computers[0]!.tokens.refresh_token);
    for (const { tokens } of computers.slice(1)) await works(tokens.access_token);
  });

  // rule: tokens/two-computers
  it("of one computer is not ended by another where the client is described by a document", async () => {
    const url = "https://two.example/client.json";
    documents.set(url, { body: { client_id: url, client_name: "Two", redirect_uris: [REDIRECT_URI] } });
    const client = { client_id: url, redirect_uris: [REDIRECT_URI] };
    const computers = await Promise.all([signIn(worker, { client }), signIn(worker, { client })]);
    for (const { tokens } of computers) {
      await works(tokens.access_token);
      expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
    }
  });

  // rule: tokens/predecessor-days-later: the predecessor is good days later, while its successor is unused
  it("is found again with the previous refresh token days later, if its successor was never used", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    const lost = await tokensOf(await refresh(aging.worker, client, tokens.refresh_token));
    for (const days of [3, 5, 5]) {
      const at = await aging.wait(days * 86_400);
      const again = await tokensOf(await refresh(at, client, tokens.refresh_token));
      expect(again.refresh_token).toBe(lost.refresh_token);
      await works(again.access_token, at);
    }
    const at = await aging.wait(2 * 86_400);
    expect(await outcome(await refresh(at, client, tokens.refresh_token)), "after 14 days").toBe("400 invalid_grant");
    await works((await tokensOf(await refresh(at, client, lost.refresh_token))).access_token, at);
    expect(await outcome(await refresh(at, client, tokens.refresh_token)), "its successor is used").toBe("400 invalid_grant");
  });

  // rule: tokens/predecessor-days-later
  it("survives a client that refreshes in two windows at once and keeps either answer", async () => {
    const { client, tokens } = await signIn(worker);
    let [left, right] = [tokens, tokens];
    for (let rounds = 0; rounds < 3; rounds++) {
      [left, right] = await Promise.all([
        refresh(worker, client, left.refresh_token).then(tokensOf),
        refresh(worker, client, right.refresh_token).then(tokensOf),
      ]);
      expect(left.refresh_token).toBe(right.refresh_token);
      await Promise.all([works(left.access_token), works(right.access_token)]);
    }
  });

  it("survives a restart of the server, and the eviction of all that it remembers", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url });
    const { client, tokens } = await signIn(aging.worker);
    const at = await aging.wait(0);
    await works(tokens.access_token, at);
    expect((await refresh(at, client, tokens.refresh_token)).status).toBe(200);
  });
});

describe("an authorization request", () => {
  // rule: authorization/repeated-parameters
  it("may have the same resource twice, as clients that add it to an endpoint that has it", async () => {
    const resource = `${worker.origin}/mcp`;
    const { tokens } = await signIn(worker, { parameters: { resource: [resource, resource] } });
    await works(tokens.access_token);
  });

  // rule: authorization/repeated-parameters
  it("may not have two different resources", async () => {
    const client = await register(worker);
    const url = authorizationUrl(worker, client, { resource: [`${worker.origin}/mcp`, `${worker.origin}/mcp/acme`] });
    const callback = await new Person().consent(url);
    expect(callback).toBeInstanceOf(URL);
    expect((callback as URL).searchParams.get("error")).toMatch(/^invalid_(request|target)$/);
  });

  // rule: authorization/empty-and-unknown-parameters
  it("may have parameters without a value, and ones that nobody knows", async () => {
    const empty = { scope: "", state: "", prompt: "", response_mode: "", request: "", request_uri: "", login_hint: "", nonce: "" };
    const { tokens, callback } = await signIn(worker, { parameters: { ...empty, access_type: "offline", audience: "x", foo: ["1", "2"].slice(0, 1) } });
    expect(callback.searchParams.has("state")).toBe(false);
    expect(tokens.scope).toBeTruthy();
    await works(tokens.access_token);
  });

  it("may leave out the resource, the scope and the state", async () => {
    const { tokens } = await signIn(worker, { parameters: { resource: undefined, scope: undefined, state: undefined } });
    await works(tokens.access_token);
  });

  // rule: authorization/scopes
  it("may ask for offline_access, which is neither granted nor refused", async () => {
    const { tokens } = await signIn(worker, { parameters: { scope: "org:read offline_access" } });
    expect(tokens.scope.split(" ")).not.toContain("offline_access");
    expect(tokens.refresh_token).toBeTruthy();
  });

  it("may come from a server URL with a query, and stays good for it", async () => {
    const resource = `${worker.origin}/mcp?utm_source=docs`;
    const { client, tokens } = await signIn(worker, { parameters: { resource } });
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token, { resource }));
    await works(second.access_token);
  });

  it("may come back to another port of this computer than it registered", async () => {
    const client = await register(worker, { redirect_uris: ["http://127.0.0.1/callback"] });
    const redirect_uri = "http://127.0.0.1:61234/callback";
    const authorized = await authorize(worker, { client, parameters: { redirect_uri } });
    expect(authorized.callback.href).toMatch(/^http:\/\/127\.0\.0\.1:61234\/callback\?/);
    await works((await tokensOf(await redeem(worker, authorized, { redirect_uri }))).access_token);
  });
});

describe("a token request", () => {
  it("may leave out the redirect_uri", async () => {
    const authorized = await authorize(worker);
    await works((await tokensOf(await redeem(worker, authorized, { redirect_uri: undefined }))).access_token);
  });

  // rule: authorization/empty-and-unknown-parameters
  it("may have parameters without a value, and ones that nobody knows", async () => {
    const authorized = await authorize(worker);
    const empty = { scope: "", resource: "", client_secret: "", client_assertion: "", client_assertion_type: "", audience: "x" };
    const tokens = await tokensOf(await redeem(worker, authorized, empty));
    const second = await tokensOf(await refresh(worker, authorized.client, tokens.refresh_token, { ...empty, redirect_uri: "" }));
    await works(second.access_token);
  });

  // rule: authorization/repeated-parameters
  it("may repeat the resource of the grant", async () => {
    const resource = `${worker.origin}/mcp`;
    const authorized = await authorize(worker);
    const tokens = await tokensOf(await redeem(worker, authorized, { resource: [resource, resource] }));
    expect((await refresh(worker, authorized.client, tokens.refresh_token, { resource: [resource, resource] })).status).toBe(200);
  });

  it("may say its character set", async () => {
    const { code, verifier, client } = await authorize(worker);
    const form = { grant_type: "authorization_code", code, code_verifier: verifier, client_id: client.client_id };
    const headers = { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" };
    expect((await postForm(worker, "/oauth/token", form, headers)).status).toBe(200);
  });
});

describe("a registration", () => {
  // rule: clients/unusual-is-taken: what is merely unusual is taken [RFC 7591 §2]
  it("may list device_code and whatever else we lack, beside what we have", async () => {
    const client = await register(worker, {
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "implicit"],
      response_types: ["code", "token"],
    });
    expect(client).toMatchObject({ grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] });
    const { tokens } = await signIn(worker, { client });
    await works(tokens.access_token);
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });

  // rule: clients/unusual-is-taken
  it("may have an empty scope, as clients send that ask for none", async () => {
    const client = await register(worker, { scope: "", contacts: [] });
    await works((await signIn(worker, { client })).tokens.access_token);
  });
});

describe("a metadata document", () => {
  const publish = (url: string, change: Record<string, unknown> = {}) => publishTo(documents, url, change);

  it("may have the default port spelled out in its Client ID, and is then another client", async () => {
    const spelled = publish("https://port.example:443/client.json");
    // The fetch itself leaves the port out, as every fetch does.
    const body = documents.get(spelled.client_id)!;
    documents.set("https://port.example/client.json", body);
    const { tokens } = await signIn(worker, { client: spelled });
    await works(tokens.access_token);
    const plain = { client_id: "https://port.example/client.json", redirect_uris: [REDIRECT_URI] };
    expect(await outcome(await refresh(worker, plain, tokens.refresh_token))).toBe("400 invalid_grant");
    expect((await refresh(worker, spelled, tokens.refresh_token)).status).toBe(200);
    expect((await worker.fetch(authorizationUrl(worker, plain).href)).status, "it names another client").toBe(400);
  });

  it("may have cursor:// as its redirect URI", async () => {
    const redirect = "cursor://anysphere.cursor-mcp/oauth/callback";
    const client = publish("https://cursor.example/client.json", { redirect_uris: [redirect, "https://www.cursor.example/callback"] });
    const { verifier, challenge } = pkce();
    const person = new Person();
    const form = await person.consent(authorizationUrl(worker, client, { code_challenge: challenge }));
    if (form instanceof URL) throw new Error(`answered at once: ${form}`);
    const page = await person.request(await person.atSentry(await person.decide(form)));
    expect(page.status).toBe(200);
    const target = /^0; ?url=(cursor:.*)$/.exec(page.headers.get("refresh") ?? "")?.[1];
    const callback = new URL(target!);
    expect(target!.startsWith(`${redirect}?`)).toBe(true);
    expect(await page.text()).toContain("You can close this window");
    const authorized = { client, verifier, callback, code: callback.searchParams.get("code")! };
    await works((await tokensOf(await redeem(worker, authorized))).access_token);
  });

  // rule: clients/document-down
  it("may be down for a minute: the sessions of its client notice nothing, not even hours later", async () => {
    await using aging = await startAgingWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
    const client = publish("https://down.example/client.json");
    const right = documents.get(client.client_id)!;
    let { tokens } = await signIn(aging.worker, { client });
    for (const found of [{ ...right, status: 503 }, { ...right, status: 500 }, right]) {
      documents.set(client.client_id, found);
      const at = await aging.wait(4000);
      tokens = await tokensOf(await refresh(at, client, tokens.refresh_token));
      await works(tokens.access_token, at);
      await at.flushedLogs();
    }
  });

  // rule: clients/unusual-is-taken
  it("may list grants that we lack, and have its method only among those it supports", async () => {
    const client = publish("https://grants.example/client.json", {
      grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      token_endpoint_auth_methods_supported: ["none"],
    });
    const { tokens } = await signIn(worker, { client });
    expect((await refresh(worker, client, tokens.refresh_token)).status).toBe(200);
  });
});
