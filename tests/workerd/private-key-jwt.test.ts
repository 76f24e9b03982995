// Client authentication by assertion (RFC 7523 §3) against the running worker, whose signatures WebCrypto verifies.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Algorithm, ClientKey, asserted, claims, part } from "../support/assertion.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import {
  REDIRECT_URI,
  type Parameters,
  type Registered,
  authorize,
  outcome,
  postForm,
  redeem,
  refresh,
  register,
  rpc,
  signIn,
  tokensOf,
} from "../support/oauth.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
const fetched: string[] = [];
const served = serveDocuments(documents);
const outgoing: Outgoing = (request) => {
  if (request.url.startsWith(sentry.url)) return undefined;
  fetched.push(request.url);
  return served(request);
};

let sentry: DemoSentry;
let worker: TestWorker;
const keys = {} as Record<Algorithm, ClientKey>;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing });
  for (const algorithm of ["ES256", "EdDSA", "RS256", "PS256"] as const) keys[algorithm] = await ClientKey.generate(algorithm);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));
beforeEach(() => {
  documents.clear();
  fetched.length = 0;
});

/** What these tests need of KV. */
interface Namespace {
  list(): Promise<{ keys: { name: string }[] }>;
  get(key: string): Promise<string>;
  put(key: string, value: string): Promise<void>;
}

let clients = 0;
/** A client that nothing was kept for; by default it has all four keys and no other method. */
function publish(change: Record<string, unknown> = {}): Registered {
  const url = `https://keyed${++clients}.example/client.json`;
  const jwks = { keys: Object.values(keys).map((key) => key.jwk) };
  const body = {
    client_id: url,
    client_name: "Keyed Editor",
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: "private_key_jwt",
    ...("jwks_uri" in change ? {} : { jwks }),
    ...change,
  };
  documents.set(url, { body });
  return { client_id: url, redirect_uris: [REDIRECT_URI] };
}

/** Parameters with a fresh assertion of this client. */
async function proof(
  client: Registered,
  key = keys.ES256,
  changed: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  return asserted(await key.sign(claims(client.client_id, worker.origin, changed), header));
}

/** Shows credentials where they decide alone: revocation answers 200 for any token. */
const show = async (parameters: Parameters) => outcome(await postForm(worker, "/oauth/revoke", { token: "x", ...parameters }));

describe("a client with a key", () => {
  // rule: tokens/signature-algorithms
  it.each(["ES256", "EdDSA", "RS256", "PS256"] as const)("signs in, calls and refreshes with %s", async (algorithm) => {
    const client = publish();
    const authorized = await authorize(worker, { client });
    expect(await outcome(await redeem(worker, authorized)), "without").toBe("401 invalid_client");
    const tokens = await tokensOf(await redeem(worker, authorized, await proof(client, keys[algorithm])));
    expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    expect(await outcome(await refresh(worker, client, tokens.refresh_token)), "without").toBe("401 invalid_client");
    const answer = await refresh(worker, client, tokens.refresh_token, {
      client_id: undefined,
      ...(await proof(client, keys[algorithm], { aud: [`${worker.origin}/oauth/token`] })),
    });
    await tokensOf(answer);
    expect(fetched, "its document is kept").toEqual([client.client_id]);
  });

  it("may register, by value or by reference", async () => {
    const key = keys.EdDSA;
    documents.set("https://registered.example/jwks", { body: { keys: [key.jwk] } });
    for (const where of [{ jwks: { keys: [key.jwk] } }, { jwks_uri: "https://registered.example/jwks" }]) {
      const client = await register(worker, { token_endpoint_auth_method: "private_key_jwt", ...where });
      expect(client.client_secret).toBeUndefined();
      const authorized = await authorize(worker, { client });
      expect(await outcome(await redeem(worker, authorized))).toBe("401 invalid_client");
      await tokensOf(await redeem(worker, authorized, await proof(client, key)));
    }
  });

  it("is told so in the metadata", async () => {
    const metadata = (await (await worker.fetch("/.well-known/oauth-authorization-server")).json()) as Record<string, unknown>;
    for (const endpoint of ["token", "revocation", "introspection"]) {
      expect(metadata[`${endpoint}_endpoint_auth_methods_supported`]).toContain("private_key_jwt");
      expect(metadata[`${endpoint}_endpoint_auth_signing_alg_values_supported`]).toEqual(["ES256", "EdDSA", "RS256", "PS256"]);
    }
  });

  it("may introspect its own tokens", async () => {
    const client = publish();
    const tokens = await tokensOf(await redeem(worker, await authorize(worker, { client }), await proof(client)));
    const ask = async (parameters: Parameters) =>
      (await postForm(worker, "/oauth/introspect", { token: tokens.access_token, ...parameters })).json();
    expect(await ask(await proof(client))).toMatchObject({ active: true, client_id: client.client_id });
    expect(await ask({ client_id: client.client_id })).toEqual({ active: false });
  });
});

// rule: tokens/both-methods-offered
describe("a client that offers both methods", () => {
  const both = {
    token_endpoint_auth_method: "none",
    token_endpoint_auth_methods_supported: ["none", "private_key_jwt"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
  };

  it("may use either, and never less than it once did", async () => {
    const client = publish(both);
    const { tokens } = await signIn(worker, { client });
    const plain = await tokensOf(await refresh(worker, client, tokens.refresh_token));
    const stranger = await ClientKey.generate();
    expect(await outcome(await refresh(worker, client, plain.refresh_token, await proof(client, stranger)))).toBe("401 invalid_client");
    const shown = await tokensOf(await refresh(worker, client, plain.refresh_token, await proof(client)));
    expect(await outcome(await refresh(worker, client, shown.refresh_token))).toBe("401 invalid_client");
    await tokensOf(await refresh(worker, client, shown.refresh_token, await proof(client)));
  });

  // rule: tokens/private-key-jwt
  it("is bound by an assertion with its code", async () => {
    const client = publish(both);
    const tokens = await tokensOf(await redeem(worker, await authorize(worker, { client }), await proof(client)));
    expect(await outcome(await refresh(worker, client, tokens.refresh_token))).toBe("401 invalid_client");
  });
});

// rule: tokens/private-key-jwt
describe("an assertion", () => {
  // rule: tokens/jti-once
  it("is good once, also for twenty at the same time", async () => {
    const client = publish();
    const assertion = await proof(client);
    const first = await Promise.all(Array.from({ length: 20 }, () => show(assertion)));
    expect(first.filter((one) => one === "200")).toHaveLength(1);
    expect(first.filter((one) => one === "401 invalid_client")).toHaveLength(19);
    expect(await show(assertion)).toBe("401 invalid_client");
  });

  it("is not used up by a forgery with its jti", async () => {
    const client = publish();
    const jti = crypto.randomUUID();
    expect(await show(await proof(client, await ClientKey.generate(), { jti }))).toBe("401 invalid_client");
    expect(await show(await proof(client, keys.ES256, { jti }))).toBe("200");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["another audience", { aud: "https://other.example" }, "aud"],
    ["no audience", { aud: undefined }, "aud"],
    ["an expiry that is past", { exp: Math.floor(Date.now() / 1000) - 60 }, "exp has passed"],
    ["an expiry too far ahead", { exp: Math.floor(Date.now() / 1000) + 3600 }, "at most 300 s ahead"],
    ["no expiry", { exp: undefined }, "exp is missing"],
    ["a beginning in the future", { nbf: Math.floor(Date.now() / 1000) + 120 }, "nbf lies in the future"],
    ["no jti", { jti: undefined }, "jti"],
    ["another issuer", { iss: "https://other.example/client" }, "iss and sub"],
  ])("is refused with %s, and the answer says so", async (_, change, word) => {
    const client = publish();
    const answer = await postForm(worker, "/oauth/token", {
      grant_type: "refresh_token",
      refresh_token: "x",
      ...(await proof(client, keys.ES256, change)),
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBeNull();
    const body = (await answer.json()) as Record<string, string>;
    expect(body.error).toBe("invalid_client");
    expect(body.error_description).toContain(word);
    expect(fetched).toEqual([]);
  });

  it("is refused without a signature, with a shared key, and with another key's algorithm", async () => {
    const client = publish();
    const body = claims(client.client_id, worker.origin);
    const unsigned = `${part({ alg: "none" })}.${part(body)}`;
    expect(await show(asserted(`${unsigned}.`))).toBe("401 invalid_client");
    const text = `${part({ alg: "HS256" })}.${part(body)}`;
    for (const secret of [JSON.stringify(keys.RS256.jwk), keys.RS256.jwk.n!, Buffer.from(keys.RS256.jwk.n!, "base64url")]) {
      const mac = createHmac("sha256", secret).update(text).digest("base64url");
      expect(await show(asserted(`${text}.${mac}`))).toBe("401 invalid_client");
    }
    for (const [key, alg] of [
      [keys.RS256, "PS256"],
      [keys.PS256, "RS256"],
      [keys.ES256, "EdDSA"],
      [keys.EdDSA, "ES256"],
    ] as const) {
      expect(await show(await proof(client, key, {}, { alg })), alg).toBe("401 invalid_client");
    }
    expect(await show(await proof(client))).toBe("200");
  });

  it("is refused of an RSA key that is too short", async () => {
    const weak = await ClientKey.generate("RS256", { bits: 1024 });
    const client = publish({ jwks: { keys: [keys.ES256.jwk, weak.jwk] } });
    expect(await show(await proof(client, weak))).toBe("401 invalid_client");
    expect(await show(await proof(client))).toBe("200");
  });

  it("is refused where a point is not on the curve", async () => {
    const jwk = { ...keys.ES256.jwk, y: keys.ES256.jwk.x };
    expect(await show(await proof(publish({ jwks: { keys: [jwk] } })))).toBe("401 invalid_client");
  });

  it("is answered alike for a wrong key and an unknown client", async () => {
    const known = await register(worker, { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [keys.ES256.jwk] } });
    const stranger = await ClientKey.generate();
    const answer = async (client: Registered) => {
      const response = await postForm(worker, "/oauth/token", { grant_type: "refresh_token", ...(await proof(client, stranger)) });
      return `${response.status} ${await response.text()}`;
    };
    expect(await answer({ client_id: "AAAAAAAAAAAAAAAAAAAAAA", redirect_uris: [] })).toBe(await answer(known));
  });
});

// rule: clients/old-document-holds
describe("other keys of a document", () => {
  const holding = (client: Registered, ...held: ClientKey[]) => {
    const found = documents.get(client.client_id)!;
    const body = { ...(found.body as object), jwks: { keys: held.map((key) => key.jwk) } };
    documents.set(client.client_id, { headers: { "cache-control": "no-store" }, body });
  };

  it("are good for new sign-ins only where they replace those that a person agreed to", async () => {
    const [old, fresh] = [await ClientKey.generate(), await ClientKey.generate()];
    const client = publish();
    holding(client, old);
    const tokens = await tokensOf(await redeem(worker, await authorize(worker, { client }), await proof(client, old)));
    holding(client, fresh);
    const refused = await refresh(worker, client, tokens.refresh_token, await proof(client, fresh));
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: "invalid_grant", error_description: expect.stringContaining("sign in again") });
    await tokensOf(await redeem(worker, await authorize(worker, { client }), await proof(client, fresh)));
    // Nothing was used up: where both stand, the old one opens the way for the other.
    holding(client, old, fresh);
    const second = await tokensOf(await refresh(worker, client, tokens.refresh_token, await proof(client, old)));
    holding(client, fresh);
    const third = await tokensOf(await refresh(worker, client, second.refresh_token, await proof(client, fresh)));
    expect((await rpc(worker, third.access_token)).status).toBe(200);
  });
});

// rule: tokens/keys-looked-at-again
describe("keys by reference", () => {
  it("are kept, and looked at again for a kid that they lack, at most once a minute", async () => {
    const [first, second] = [await ClientKey.generate("ES256", { kid: "1" }), await ClientKey.generate("ES256", { kid: "2" })];
    const jwks_uri = `https://keyed${clients + 1}.example/jwks`;
    const client = publish({ jwks_uri });
    documents.set(jwks_uri, { body: { keys: [first.jwk] } });
    const as = (key: ClientKey, kid = key.jwk.kid) => proof(client, key, {}, { kid });
    expect(await show(await as(first))).toBe("200");
    expect(await show(await as(first))).toBe("200");
    documents.set(jwks_uri, { body: { keys: [first.jwk, second.jwk] } });
    expect(await show(await as(second)), "the copy is fresh").toBe("401 invalid_client");
    expect(await show(await as(first, "2"))).toBe("401 invalid_client");
    expect(fetched.filter((url) => url === jwks_uri)).toHaveLength(1);
    const kv = (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace;
    for (const { name } of (await kv.list()).keys.filter((key) => /^(keys|document):/.test(key.name))) {
      const kept = JSON.parse(await kv.get(name)) as { fetched_at: number };
      await kv.put(name, JSON.stringify({ ...kept, fetched_at: kept.fetched_at - 61 }));
    }
    expect(await show(await as(second)), "a minute later").toBe("200");
    expect(await show(await as(first)), "the other is still published").toBe("200");
    expect(fetched.filter((url) => url === jwks_uri)).toHaveLength(2);
  });

  it("that cannot be had for a moment are no fault of the client", async () => {
    const jwks_uri = `https://keyed${clients + 1}.example/jwks`;
    const client = publish({ jwks_uri });
    documents.set(jwks_uri, { status: 503, body: "" });
    const authorized = await authorize(worker, { client });
    const assertion = await proof(client);
    const answer = await redeem(worker, authorized, assertion);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(await outcome(answer)).toBe("503 temporarily_unavailable");
    documents.set(jwks_uri, { body: { keys: [keys.ES256.jwk] } });
    await tokensOf(await redeem(worker, authorized, assertion));
  });

  // rule: tokens/key-set-by-reference
  it("are not fetched from inside", async () => {
    for (const jwks_uri of ["https://169.254.169.254/jwks", "https://localhost/jwks", "https://keys.internal/jwks"]) {
      expect(await show(await proof(publish({ jwks_uri })))).toBe("401 invalid_client");
      expect(fetched).not.toContain(jwks_uri);
    }
  });

  // rule: tokens/key-set-by-reference
  it("hold no private key", async () => {
    const jwks_uri = `https://keyed${clients + 1}.example/jwks`;
    const client = publish({ jwks_uri });
    documents.set(jwks_uri, { body: { keys: [{ ...keys.ES256.jwk, d: "AA" }] } });
    expect(await show(await proof(client))).toBe("401 invalid_client");
  });
});

describe("the document of a client with keys", () => {
  // rule: tokens/gone-at-two-looks
  it.each([404, 410, 403, 302])("that answers %d once costs nobody the session", async (status) => {
    const client = publish();
    const document = documents.get(client.client_id)!;
    // Looked at for each request.
    const fresh = { ...document, headers: { "cache-control": "no-store" } };
    documents.set(client.client_id, fresh);
    const authorized = await authorize(worker, { client });
    const tokens = await tokensOf(await redeem(worker, authorized, await proof(client)));
    const refreshed = async () => outcome(await refresh(worker, client, tokens.refresh_token, await proof(client)));
    expect(await refreshed()).toBe("200");
    documents.set(client.client_id, { status, headers: { "content-type": "text/html" }, body: "gone fishing" });
    expect(await refreshed()).toBe("503 temporarily_unavailable");
    documents.set(client.client_id, fresh);
    expect(await refreshed()).toBe("200");
  });
});
