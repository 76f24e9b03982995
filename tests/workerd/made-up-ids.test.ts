// What strangers can make this server keep: nothing by naming what there is not, and nothing that does not end.
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ClientKey, asserted, claims } from "../support/assertion.ts";
import { Chat } from "../support/chat.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type Registered, authorizationUrl, authorize, postForm, register, rpc, signIn } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { withSentry } from "../support/site.ts";
import { accountsIn, objectStates, tables, temporaryFolder } from "../support/storage.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
withSentry((started) => void (sentry = started));

const A = "A".repeat(43);
const OBJECTS = ["GrantObject", "AccountObject", "OnceObject"];

interface Namespace {
  list(): Promise<{ keys: { name: string; expiration?: number }[] }>;
}
const kept = async (worker: TestWorker) => (await ((await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace).list()).keys;

describe("storage", () => {
  it("has nothing of ids that are made up: tokens, codes, pushed requests, assertions, clients, states, cookies", async () => {
    using folder = temporaryFolder();
    await using worker = await startWorker({ sentry: sentry.url, storage: folder.path });
    const key = await ClientKey.generate();
    const stranger = await ClientKey.generate();
    const keyed = await register(worker, { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
    const client = await register(worker);
    const before = await kept(worker);

    const token = (form: Record<string, string>) => postForm(worker, "/oauth/token", { client_id: client.client_id, ...form });
    for (const secret of [A, "A".repeat(64)]) {
      await rpc(worker, `smcp_a_${A}.${secret}`);
      await token({ grant_type: "authorization_code", code: `smcp_c_${A}.${secret}`, code_verifier: "v".repeat(43) });
      await token({ grant_type: "refresh_token", refresh_token: `smcp_r_${A}.${secret}` });
      for (const endpoint of ["revoke", "introspect"]) await postForm(worker, `/oauth/${endpoint}`, { token: `smcp_r_${A}.${secret}`, client_id: client.client_id });
    }
    for (const name of [A, "urn:ietf:params:oauth:request_uri:x", `urn:ietf:params:oauth:request_uri:${A}`]) {
      await worker.fetch(`/oauth/authorize?${new URLSearchParams({ client_id: client.client_id, request_uri: name })}`);
    }
    for (let times = 0; times < 3; times++) {
      const forged = await stranger.sign(claims(keyed.client_id, worker.origin, { jti: randomUUID() }));
      expect((await postForm(worker, "/oauth/revoke", { token: "x", ...asserted(forged) })).status).toBe(401);
    }
    for (const client_id of ["0123456789abcdefghijkl", "chat:x", "../document:x"]) await worker.fetch(`/oauth/authorize?client_id=${client_id}`);
    const cookie = `smcp_session=${A}; smcp_chat=${A}; smcp_browser=${A}; smcp_flow_x=${A}`;
    for (const path of ["/account", "/api/auth/status", `/oauth/callback?state=${A}&code=x`, `/api/auth/callback?state=${A}&code=x`]) await worker.fetch(path, { headers: { cookie } });

    for (const name of OBJECTS) expect(tables(folder.path, name), name).toEqual([]);
    expect(await kept(worker)).toEqual(before);
    // The search finds what there is.
    await signIn(worker, { client });
    expect(tables(folder.path, "GrantObject")).toEqual(["state"]);
  });

  it("has nothing of a sign-in before its person is back from Sentry, but that its client is known", async () => {
    using folder = temporaryFolder();
    await using worker = await startWorker({ sentry: sentry.url, storage: folder.path });
    const client = await register(worker);
    const before = await kept(worker);
    const person = new Person();
    for (let times = 0; times < 3; times++) {
      const form = await person.consent(authorizationUrl(worker, client));
      if (form instanceof URL) throw new Error(`answered at once: ${form}`);
      if (times === 0) await person.decide(form, { deny: "here" });
      else await person.atSentry(await person.decide(form));
    }
    for (const name of OBJECTS) expect(tables(folder.path, name), name).toEqual([]);
    expect(await kept(worker)).toEqual(before);
  });

  it("of a sign-in that Sentry or its person ended has no grant and no line", async () => {
    using folder = temporaryFolder();
    await using worker = await startWorker({ sentry: sentry.url, storage: folder.path });
    const client = await register(worker);
    await expect(authorize(worker, { client, choices: { deny: "sentry" } })).rejects.toThrow("access_denied");
    await sentry.fault({ path: "/oauth/token/", kind: "status", status: 500 });
    await expect(authorize(worker, { client })).rejects.toThrow();
    await sentry.noFaults();
    expect(objectStates(folder.path, "GrantObject")).toEqual([]);
    expect(accountsIn(folder.path)).toEqual([]);
  });

  it("has no entry in KV that does not end by itself", async () => {
    const documents = new Map<string, ServedDocument>();
    await using worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
    const key = await ClientKey.generate();
    documents.set("https://ends.example/jwks", { body: { keys: [key.jwk] } });
    const change = { token_endpoint_auth_method: "private_key_jwt", jwks_uri: "https://ends.example/jwks" };
    const described: Registered = publishTo(documents, "https://ends.example/client.json", change);
    await worker.fetch(authorizationUrl(worker, described).href);
    const assertion = await key.sign(claims(described.client_id, worker.origin));
    await postForm(worker, "/oauth/revoke", { token: "x", ...asserted(assertion) });
    await signIn(worker, { client: await register(worker) });
    await signIn(worker, { client: publishTo(documents, "https://ends.example/other.json") });
    await new Chat(worker).signIn();
    const entries = await kept(worker);
    const kinds = new Set(entries.map(({ name }) => name.split(":")[0]));
    expect([...kinds].sort()).toEqual(["chat", "client", "document", "keys"]);
    const now = Date.now() / 1000;
    for (const { name, expiration } of entries) {
      expect(expiration, name).toBeGreaterThan(now);
      expect(expiration, name).toBeLessThanOrEqual(now + 91 * 86_400);
    }
  });
});

describe("the budget for documents", () => {
  it("is that of key sets as well", async () => {
    const documents = new Map<string, ServedDocument>();
    const fetched: string[] = [];
    const serve = serveDocuments(documents);
    await using worker = await startWorker({
      sentry: sentry.url,
      environment: "canary",
      outgoing: (request) => (fetched.push(request.url), serve(request)),
    });
    const origin = "https://mcp.example.com";
    const open = (client: Registered, address: string) =>
      worker.at(authorizationUrl({ origin }, client).href, { headers: { "cf-connecting-ip": address } });
    const key = await ClientKey.generate();
    const keys = "https://keyed.example/jwks";
    documents.set(keys, { body: { keys: [key.jwk] } });
    const client = publishTo(documents, "https://keyed.example/client.json", { token_endpoint_auth_method: "private_key_jwt", jwks_uri: keys });
    expect((await open(client, "203.0.113.50")).status, "its document is kept from here on").toBe(200);
    let last = 200;
    for (let tried = 0; tried < 40 && last === 200; tried++) {
      last = (await open(publishTo(documents, `https://other${tried}.example/client.json`), "203.0.113.51")).status;
    }
    expect(last, "this address has no budget left").toBe(429);
    const show = async (address: string) => {
      const body = new URLSearchParams({ token: "x", ...asserted(await key.sign(claims(client.client_id, origin))) });
      const headers = { "content-type": "application/x-www-form-urlencoded", "cf-connecting-ip": address };
      return worker.at(`${origin}/oauth/revoke`, { method: "POST", headers, body: body.toString() });
    };
    const refused = await show("203.0.113.51");
    expect([429, 503]).toContain(refused.status);
    expect(await refused.json()).toMatchObject({ error: "temporarily_unavailable" });
    expect(fetched).not.toContain(keys);
    expect((await show("203.0.113.52")).status, "another address").toBe(200);
    expect(fetched).toContain(keys);
  });
});
