// What an operator switches while something is wrong: each holds at the next request of a deployment that has it, over the storage
// of the one before, and ends nothing, so that taking it back brings everybody back.
// file rule: clients/operator-shuts-out
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import {
  REDIRECT_URI,
  type Registered,
  type Tokens,
  authorizationUrl,
  authorize,
  outcome,
  pkce,
  postForm,
  redeem,
  refresh,
  register,
  revoke,
  rpc,
  signIn,
  tokensOf,
  tool,
} from "../support/oauth.ts";
import type { Person } from "../support/person.ts";
import { type Redeployed, redeployed } from "../support/redeployed.ts";
import { temporaryFolder } from "../support/storage.ts";
import type { TestWorker } from "../support/worker.ts";

const DENIED = "403 access_denied";
const LATER = "503 temporarily_unavailable";

const documents = new Map<string, ServedDocument>();
const folder = temporaryFolder();
let sentry: DemoSentry;
let server: Redeployed;
let site: TestWorker;
const deploy = (vars?: Record<string, string>) => server.deploy(vars);
const person = () => server.person();
const html = { accept: "text/html" };
const open = (client: Registered) => site.fetch(authorizationUrl(site, client).href, { headers: html });
const push = (client: Registered) => postForm(site, "/oauth/par", Object.fromEntries(authorizationUrl(site, client).searchParams));
const json = async (path: string) => (await (await site.fetch(path)).json()) as Record<string, unknown>;

interface Held {
  client: Registered;
  tokens: Tokens;
}
/** Signed in with a client that registered, and with one that is known by its document. */
let registered: Held;
let described: Held;

/** Refreshes, keeps what comes, and calls. */
async function goesOn(held: Held): Promise<void> {
  held.tokens = await tokensOf(await refresh(site, held.client, held.tokens.refresh_token));
  expect((await rpc(site, held.tokens.access_token)).status).toBe(200);
}

beforeAll(async () => {
  sentry = await startDemoSentry();
  server = redeployed({ sentry: sentry.url, storage: folder.path, outgoing: serveDocuments(documents) });
  ({ site } = server);
  await deploy();
  const hold = async (client: Registered): Promise<Held> => {
    const { tokens } = await signIn(site, { client, person: person(), choices: { skills: ["inspect", "triage"] } });
    return { client, tokens };
  };
  registered = await hold(await register(site));
  described = await hold({ ...publishTo(documents, "https://client.example/client.json"), redirect_uris: [REDIRECT_URI] });
});
afterAll(async () => {
  await server?.stop();
  await sentry?.stop();
  folder[Symbol.dispose]();
});

describe("a client that is shut out", () => {
  it.each([
    ["that registered, by its id", () => registered, () => described, () => ({ CLIENTS_DENIED: `x, ${registered.client.client_id}` })],
    ["with a document, by its id", () => described, () => registered, () => ({ CLIENTS_DENIED: described.client.client_id })],
    ["with a document, by its host", () => described, () => registered, () => ({ CIMD_DENIED_HOSTS: "client.example" })],
  ])("%s: goes on with nothing, is told so without the words that make it forget, and is back afterwards", async (_, who, other, vars) => {
    await deploy(vars());
    expect(await outcome(await rpc(site, who().tokens.access_token))).toBe(DENIED);
    const refused = await refresh(site, who().client, who().tokens.refresh_token);
    expect(refused.headers.get("www-authenticate")).toBeNull();
    expect(await outcome(refused)).toBe(DENIED);
    expect(await outcome(await push(who().client))).toBe(DENIED);
    const page = await open(who().client);
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("This application is blocked here")]);
    await goesOn(other());
    expect((await open(other().client)).status).toBe(200);
    await deploy();
    await goesOn(who());
    expect((await open(who().client)).status).toBe(200);
  });

  it("stops wherever its sign-in has come to, and that one is finished afterwards", async () => {
    const { client } = registered;
    const consented = person();
    const { verifier, challenge } = pkce();
    const consent = await consented.consent(authorizationUrl(site, client, { code_challenge: challenge }));
    const returning = person();
    const form = await returning.consent(authorizationUrl(site, client, { code_challenge: challenge }));
    const back = await returning.atSentry(await returning.decide(form as never));
    await deploy({ CLIENTS_DENIED: client.client_id });
    await expect(consented.decide(consent as never)).rejects.toThrow("400");
    const refused = await returning.request(back);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("This application is blocked here")]);
    await deploy();
    const finished = await returning.request(back);
    const code = new URL(finished.headers.get("location")!).searchParams.get("code")!;
    await deploy({ CLIENTS_DENIED: client.client_id });
    const authorized = { client, verifier, callback: back, code };
    expect(await outcome(await redeem(site, authorized))).toBe(DENIED);
    await deploy();
    expect((await redeem(site, authorized)).status).toBe(200);
  });
});

// rule: clients/address-is-a-network
it("an address range has no answer but that, from a page to a call, and everybody else has theirs", async () => {
  await deploy({ ADDRESSES_DENIED: "203.0.113.0/24, 2001:db8:bad::/48" });
  const from = (address: string, path: string, headers: Record<string, string> = {}) =>
    site.fetch(path, { headers: { "cf-connecting-ip": address, ...headers } });
  for (const address of ["203.0.113.77", "2001:db8:bad:1::1"]) {
    for (const path of ["/", "/account", "/oauth/authorize?client_id=x"]) {
      const page = await from(address, path, html);
      expect([path, page.status, await page.text()]).toEqual([path, 403, expect.stringContaining("Your network is blocked here")]);
    }
    for (const path of ["/.well-known/oauth-authorization-server", "/health", "/mcp", "/oauth/token"]) {
      const answer = await from(address, path, { authorization: `Bearer ${registered.tokens.access_token}` });
      expect(answer.headers.get("access-control-allow-origin")).toBe("*");
      expect(await outcome(answer)).toBe(DENIED);
    }
  }
  for (const address of ["203.0.114.1", "2001:db8:bac::1"]) expect((await from(address, "/health")).status).toBe(200);
  await goesOn(registered);
});

it("registration is closed to new clients, and not advertised", async () => {
  await deploy({ REGISTRATION: "closed" });
  await expect(register(site)).rejects.toThrow(/403 .*access_denied/);
  expect(await json("/.well-known/oauth-authorization-server")).not.toHaveProperty("registration_endpoint");
  expect(await json("/.well-known/openid-configuration/mcp")).not.toHaveProperty("registration_endpoint");
  await goesOn(registered);
  await signIn(site, { client: registered.client, person: person() });
  await signIn(site, { client: described.client, person: person() });
  await deploy();
  await register(site);
});

describe("while everything is read-only", () => {
  const listed = async () => {
    const answer = (await (await rpc(site, registered.tokens.access_token, { method: "tools/list" })).json()) as {
      result: { tools: { name: string; annotations: { readOnlyHint: boolean } }[] };
    };
    return answer.result.tools;
  };
  const puts = async () => (await sentry.requests("/api/0/")).filter(({ method }) => method !== "GET").length;
  let returning: Person;
  let back: URL;

  beforeAll(async () => {
    await deploy();
    expect((await listed()).some(({ name }) => name === "update_issue")).toBe(true);
    returning = person();
    back = await returning.atSentry(await returning.decide((await returning.consent(authorizationUrl(site, registered.client))) as never));
    await deploy({ MAINTENANCE: "readonly" });
  });

  // rule: mcp/read-only-server
  it("no tool that changes something is listed or runs, and all that reads does", async () => {
    expect((await listed()).filter(({ annotations }) => !annotations.readOnlyHint)).toEqual([]);
    const before = await puts();
    const params = { name: "update_issue", arguments: { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7", status: "resolved" } };
    const called = await rpc(site, registered.tokens.access_token, { method: "tools/call", params });
    expect(await called.text()).toMatch(/this server is read-only for now.*"isError":true|"isError":true.*this server is read-only for now/);
    expect(await puts()).toBe(before);
    expect(await tool(site, registered.tokens.access_token)).toContain("Ada");
  });

  it("nothing is begun, and the words are those of trouble that passes", async () => {
    const page = await open(registered.client);
    expect([page.status, page.headers.get("retry-after"), await page.text()]).toEqual([503, "5", expect.stringContaining("No new connections")]);
    expect(await outcome(await push(registered.client))).toBe(LATER);
    await expect(register(site)).rejects.toThrow(/503 .*temporarily_unavailable/);
    expect((await returning.request(back)).status).toBe(503);
  });

  it("whoever is signed in stays so, and may leave", async () => {
    await goesOn(registered);
    await goesOn(described);
    const leaving = registered.tokens.refresh_token;
    expect((await revoke(site, registered.client, leaving)).status).toBe(200);
    expect(await outcome(await refresh(site, registered.client, leaving))).toBe("400 invalid_grant");
  });

  it("a sign-in that was on its way is finished afterwards", async () => {
    await deploy({ MAINTENANCE: "off" });
    const finished = await returning.request(back);
    expect(finished.headers.get("location")).toContain("code=");
    expect(await outcome(await authorize(site, { client: described.client, person: person() }).then((done) => redeem(site, done)))).toBe("200");
  });
});

it("a switch that means nothing is not taken for one that is off", async () => {
  for (const vars of [{ MAINTENANCE: "yes" }, { REGISTRATION: "no" }, { ADDRESSES_DENIED: "203.0.113.0/40" }] as Record<string, string>[]) {
    await deploy(vars);
    expect(await outcome(await site.fetch("/health"))).toBe("500 server_error");
    const [name] = Object.keys(vars);
    expect(JSON.stringify(await server.logs())).toContain(`${name} is not usable`);
  }
});
