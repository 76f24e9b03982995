// What strangers can have stored here, or sent in this server's name, and how much of it.
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ClientKey, asserted, claims } from "../support/assertion.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { type Limiter, broken } from "../support/limiters.ts";
import {
  type Parameters,
  type Registered,
  REDIRECT_URI,
  authorizationUrl,
  authorize,
  outcome,
  pkce,
  postForm,
  redeem,
  register,
  tokensOf,
} from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { many, withSentry } from "../support/site.ts";
import { objectStates, temporaryFolder } from "../support/storage.ts";
import { expectToWait, untilThereIsTime } from "../support/wait.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
let key: ClientKey;
/** What each limiter of the worker says, and the keys that it was asked for. */
let limiter: Limiter;
const asked: string[] = [];

withSentry((started) => void (sentry = started));
beforeAll(async () => {
  const names = ["MCP_IP_RATE_LIMITER", "REGISTER_RATE_LIMITER", "CIMD_HOST_RATE_LIMITER", "CIMD_IP_RATE_LIMITER"];
  const noted = (name: string): Limiter => (of) => {
    asked.push(`${name} ${of}`);
    return limiter(of);
  };
  const limiters = Object.fromEntries(names.map((name) => [name, noted(name)]));
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents), limiters });
  key = await ClientKey.generate();
  return () => worker.stop();
});
beforeEach(async () => {
  limiter = () => true;
  asked.length = 0;
  await sentry.forget();
});

const from = (address: string) => ({ "cf-connecting-ip": address });
const pushed = (at: TestWorker, client: Registered): Parameters => Object.fromEntries(new URLSearchParams(authorizationUrl(at, client).search));
const push = (client: Registered, address: string, changed: Parameters = {}, at = worker) =>
  postForm(at, "/oauth/par", { ...pushed(at, client), ...changed }, from(address));

let clients = 0;
const keyed = () =>
  publishTo(documents, `https://keyed${++clients}.example/client.json`, { token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
const assertion = async (client: Registered) => asserted(await key.sign(claims(client.client_id, worker.origin)));
/** Shows credentials where they decide alone: revocation answers 200 for any token. */
const show = (proof: Record<string, string>, address: string) => postForm(worker, "/oauth/revoke", { token: "x", ...proof }, from(address));

describe("pushed requests", () => {
  // rule: clients/pushed-requests-limited: pushed requests are limited by address, before the client is looked at
  it("of one address are 20 a minute, of 400 at once, and no more objects", async () => {
    using folder = temporaryFolder();
    await untilThereIsTime();
    {
      await using real = await startWorker({ sentry: sentry.url, environment: "canary", storage: folder.path });
      const client = await register(real);
      const answers = await many(400, () => push(client, "203.0.113.1", {}, real));
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array(20).fill(201), ...Array(380).fill(429)]);
      await expectToWait(answers.find(({ status }) => status === 429)!, "clients");
      expect((await push(client, "203.0.113.2", {}, real)).status, "another address").toBe(201);
      const body = JSON.stringify({ redirect_uris: [REDIRECT_URI] });
      const headers = { "content-type": "application/json", ...from("203.0.113.1") };
      expect((await real.fetch("/oauth/register", { method: "POST", headers, body })).status, "counted apart").toBe(201);
    }
    expect(objectStates(folder.path, "OnceObject")).toHaveLength(21);
  }, 60_000);

  // rule: clients/pushed-requests-limited
  it("are counted before the client is looked at, and what is no push is not counted", async () => {
    const client = await register(worker);
    asked.length = 0;
    limiter = () => false;
    for (const changed of [{}, { client_id: "unknown" }, { client_secret: "wrong" }, { client_id: "https://client.example/c" }]) {
      await expectToWait(await push(client, "203.0.113.1", changed), "clients");
    }
    expect(new Set(asked)).toEqual(new Set(["REGISTER_RATE_LIMITER par:203.0.113.1"]));
    asked.length = 0;
    expect((await worker.fetch("/oauth/par")).status).toBe(405);
    expect((await worker.fetch("/oauth/register")).status).toBe(405);
    expect(asked).toEqual([]);
  });
});

// rule: clients/assertion-ids-limited
describe("the ids of assertions", () => {
  const ASSERTIONS = "MCP_IP_RATE_LIMITER assertion:";
  const counted = () => asked.filter((line) => line.startsWith(ASSERTIONS)).map((line) => line.slice(ASSERTIONS.length));

  it("are counted by address until somebody has signed in with the client, and then by address and client", async () => {
    const [one, two] = [keyed(), keyed()];
    for (const client of [one, two]) expect((await show(await assertion(client), "203.0.113.5")).status).toBe(200);
    expect(counted()).toEqual(["203.0.113.5", "203.0.113.5"]);
    const authorized = await authorize(worker, { client: one });
    await tokensOf(await redeem(worker, authorized, await assertion(one)));
    await expect
      .poll(async () => {
        asked.length = 0;
        expect((await show(await assertion(one), "203.0.113.5")).status).toBe(200);
        return counted();
      })
      .toEqual([expect.stringMatching(/^203\.0\.113\.5 [0-9a-f]{64}$/)]);
    asked.length = 0;
    expect((await show(await assertion(two), "203.0.113.5")).status).toBe(200);
    expect(counted()).toEqual(["203.0.113.5"]);
  });

  it("beyond the limit are 429, which is no end of a client, and the assertion stays good", async () => {
    const client = keyed();
    const proof = await assertion(client);
    limiter = (of) => !of.startsWith("assertion:");
    await expectToWait(await show(proof, "203.0.113.6"));
    const pushing = await push(client, "203.0.113.6", { client_id: undefined, ...proof });
    await expectToWait(pushing, "clients");
    limiter = () => true;
    expect((await show(proof, "203.0.113.6")).status).toBe(200);
    expect(await outcome(await show(proof, "203.0.113.6")), "now it is used up").toBe("401 invalid_client");
  });

  it("of an assertion that is not the client's are not counted", async () => {
    const stranger = await ClientKey.generate();
    const client = keyed();
    const forged = asserted(await stranger.sign(claims(client.client_id, worker.origin)));
    expect(await outcome(await show(forged, "203.0.113.7"))).toBe("401 invalid_client");
    expect(counted()).toEqual([]);
  });
});

// rule: clients/returned-codes-limited: codes that are brought back from Sentry are limited by address; the page can be
//    loaded again
describe("codes of Sentry's that somebody brings back", () => {
  /** A person whom Sentry sends back, and the callback. */
  async function returning(): Promise<{ person: Person; callback: URL; verifier: string; client: Registered }> {
    const client = await register(worker);
    const person = new Person();
    const { verifier, challenge } = pkce();
    const consent = await person.consent(authorizationUrl(worker, client, { code_challenge: challenge }));
    if (consent instanceof URL) throw new Error("answered at once");
    const callback = await person.atSentry(await person.decide(consent));
    asked.length = 0;
    await sentry.forget();
    return { person, callback, verifier, client };
  }

  it("are so many a minute from an address, and beyond that a page that can be loaded again", async () => {
    const { person, callback, verifier, client } = await returning();
    limiter = () => false;
    const refused = await person.request(callback, undefined, from("203.0.113.8"));
    expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("location")]).toEqual([429, "60", null]);
    expect(await refused.text()).toContain("Request ID");
    expect(await sentry.requests("/oauth/token/")).toEqual([]);
    expect(asked).toEqual(["MCP_IP_RATE_LIMITER callback:203.0.113.8"]);
    limiter = () => true;
    const back = new URL((await person.request(callback)).headers.get("location")!);
    await tokensOf(await redeem(worker, { client, verifier, callback: back, code: back.searchParams.get("code")! }));
  });

  it("are counted for the page of connected apps too", async () => {
    const person = new Person();
    const first = await person.request(new URL("/account", worker.origin));
    const callback = await person.atSentry(new URL(first.headers.get("location")!));
    await sentry.forget();
    limiter = () => false;
    expect((await person.request(callback)).status).toBe(429);
    expect(await sentry.requests("/oauth/token/")).toEqual([]);
    limiter = () => true;
    expect((await person.request(callback)).status).toBe(302);
  });

  it("are not there where Sentry sends an error, which is not counted", async () => {
    const { person, callback } = await returning();
    callback.searchParams.delete("code");
    callback.searchParams.set("error", "access_denied");
    limiter = () => false;
    const back = new URL((await person.request(callback)).headers.get("location")!);
    expect(back.searchParams.get("error")).toBe("access_denied");
    expect(asked).toEqual([]);
  });
});

describe("where a limiter fails", () => {
  // rule: clients/failing-limiter: a limiter that fails lets through what costs nothing
  it("nothing is stored, fetched or sent in this server's name, and nobody is told that anything has ended", async () => {
    const client = await register(worker);
    const [known, unknown] = [keyed(), keyed()];
    expect((await show(await assertion(known), "203.0.113.9")).status).toBe(200);
    const person = new Person();
    const consent = await person.consent(authorizationUrl(worker, client));
    if (consent instanceof URL) throw new Error("answered at once");
    const callback = await person.atSentry(await person.decide(consent));
    await sentry.forget();
    worker.requests.length = 0;
    limiter = broken;
    const body = JSON.stringify({ redirect_uris: [REDIRECT_URI] });
    const registering = await worker.fetch("/oauth/register", { method: "POST", headers: { "content-type": "application/json" }, body });
    const proof = await assertion(known);
    for (const answer of [registering, await push(client, "203.0.113.9"), await show(proof, "203.0.113.9")]) {
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await outcome(answer)).toBe("503 temporarily_unavailable");
    }
    const document = await worker.fetch(authorizationUrl(worker, unknown).href, { headers: { accept: "application/json" } });
    expect(await outcome(document)).toBe("429 temporarily_unavailable");
    expect(await outcome(await show(await assertion(unknown), "203.0.113.9"))).toBe("429 temporarily_unavailable");
    expect((await person.request(callback)).status).toBe(503);
    expect(worker.requests.map(({ href }) => href)).toEqual([]);
    limiter = () => true;
    expect((await show(proof, "203.0.113.9")).status, "the assertion is still good").toBe(200);
    expect((await person.request(callback)).status, "and so is the sign-in").toBe(302);
  });
});
