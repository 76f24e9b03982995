// The organization and project of the address that a client connects to: looked at once, before the sign-in is over.
// file rule: authorization/path-exists: an address whose organization or project is not there is told on a page before the grant opens;
//    Sentry's trouble ends no sign-in; the first call asks no more
import { Response } from "miniflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openAccount } from "../support/account.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Registered, authorizationUrl, register, rpc, signIn } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
/** What stands in for Sentry, if anything does. */
let instead: Outgoing = () => undefined;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing: (request) => instead(request) });
  client = await register(worker);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));
beforeEach(async () => {
  instead = () => undefined;
  await sentry.noFaults();
});

const BO = { user: "1002" };
const api = (request: { url: string }) => new URL(request.url).pathname.replace(/^\/api\/0/, "");
const asked = async () => (await sentry.requests("/api/0/")).map(({ path }) => path.replace(/^\/api\/0|\?.*$/g, ""));
const call = async (token: string, path: string, name: string, args: object = {}) => {
  const response = await rpc(worker, token, { path, method: "tools/call", params: { name, arguments: args } });
  const { result } = (await response.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  return { isError: result.isError ?? false, text: result.content[0]!.text };
};
const tokenAt = async (path: string) =>
  (await signIn(worker, { client, parameters: { resource: worker.origin + path } })).tokens.access_token;

/** Consents, signs in at Sentry and comes back; answers what the callback does. */
async function back(path: string, choices = {}, person = new Person()) {
  const consent = await person.consent(authorizationUrl(worker, client, { resource: worker.origin + path }));
  if (consent instanceof URL) throw new Error(`no consent page: ${consent}`);
  const callback = await person.atSentry(await person.decide(consent), choices);
  return { callback, person, response: await person.request(callback) };
}

describe("an address of nothing", () => {
  it.each([
    ["/mcp/lighthouse-bokos", {}, "the organization “lighthouse-bokos”", ["/mcp/lighthouse-books", "/mcp/quiet-harbor"]],
    ["/mcp/lighthouse-bokos/checkout", {}, "the organization “lighthouse-bokos”", ["/mcp/lighthouse-books", "/mcp/quiet-harbor"]],
    ["/mcp/lighthouse-books", BO, "the organization “lighthouse-books” to", ["/mcp/quiet-harbor"]],
    ["/mcp/lighthouse-books/chekout", {}, "the project “chekout”", ["/mcp/lighthouse-books/checkout", "/mcp/lighthouse-books/harbor-web"]],
  ])("%s is told with what there is instead, and nothing is connected (%o)", async (path, choices, what, addresses) => {
    const grants = (await openAccount(worker, new Person(), choices)).grants.length;
    const { response, callback, person } = await back(path, choices);
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(page).toContain(`${worker.origin}${path}`);
    expect(page).toContain(what);
    const listed = [...page.matchAll(/<pre><code>([^<]*)<\/code>/g)].map(([, address]) => address);
    for (const address of addresses) expect(listed).toContain(worker.origin + address);
    expect(page).toMatch(/href="http:\/\/127\.0\.0\.1:33418\/callback\?error=invalid_target&/);
    expect((await openAccount(worker, new Person(), choices)).grants).toHaveLength(grants);
    // Once more is not once more.
    expect(await (await person.request(callback)).text()).toContain("finished already");
  });

  it("is told in JSON to whoever takes no page", async () => {
    const person = new Person();
    const consent = await person.consent(authorizationUrl(worker, client, { resource: `${worker.origin}/mcp/nowhere` }));
    const callback = await person.atSentry(await person.decide(consent as Exclude<typeof consent, URL>));
    const response = await person.request(callback, undefined, { accept: "application/json" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_target", addresses: [`${worker.origin}/mcp/lighthouse-books`, `${worker.origin}/mcp/quiet-harbor`] });
  });

  it("is told without names where Sentry does not say any", async () => {
    await sentry.fault({ path: "/api/0/organizations/?", kind: "status", status: 503, times: 9 });
    instead = (request) => (api(request) === "/organizations/" ? new Response("{}", { status: 503 }) : undefined);
    const { response } = await back("/mcp/nowhere");
    expect(response.status).toBe(400);
    const page = await response.text();
    expect(page).toContain("the organization “nowhere”");
    expect(page).not.toContain("These are there for you");
  });
});

describe("trouble of Sentry's", () => {
  it.each([
    ["503", () => new Response("{}", { status: 503 })],
    ["429", () => new Response("{}", { status: 429, headers: { "retry-after": "1" } })],
    ["401", () => new Response("{}", { status: 401 })],
    ["no JSON", () => new Response("<html>")],
  ])("is not that something is missing: %s", async (_, answer) => {
    for (const broken of ["/organizations/lighthouse-books/", "/projects/lighthouse-books/checkout/"]) {
      instead = (request) => (api(request) === broken ? answer() : undefined);
      const { response } = await back("/mcp/lighthouse-books/checkout");
      expect(response.status, broken).toBe(302);
      expect(new URL(response.headers.get("location")!).searchParams.get("code")).toBeTruthy();
    }
  });

  it("is not that something is missing: a lost connection", async () => {
    await sentry.fault({ path: "/api/0/organizations/lighthouse-books/", kind: "drop", times: 1 });
    expect((await back("/mcp/lighthouse-books")).response.status).toBe(302);
  });

  it("leaves the look to the first call", async () => {
    instead = (request) => (api(request).startsWith("/organizations/") ? new Response("{}", { status: 503 }) : undefined);
    const token = await tokenAt("/mcp/lighthouse-books");
    instead = () => undefined;
    await sentry.forget();
    await call(token, "/mcp/lighthouse-books", "find_projects");
    expect(await asked()).toEqual(["/organizations/lighthouse-books/", "/organizations/lighthouse-books/projects/"]);
  });
});

describe("an address that is there", () => {
  it("is looked at beside the rest of the sign-in, both parts at once, and by no list and no call after it", async () => {
    await sentry.forget();
    const token = await tokenAt("/mcp/lighthouse-books/checkout");
    expect((await asked()).sort()).toEqual(["/organizations/lighthouse-books/", "/projects/lighthouse-books/checkout/"]);
    await sentry.forget();
    const path = "/mcp/lighthouse-books/checkout";
    await rpc(worker, token, { path, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } } });
    await rpc(worker, token, { path, method: "tools/list" });
    expect(await asked()).toEqual([]);
    expect((await call(token, path, "search_issues")).isError).toBe(false);
    expect(await asked()).toEqual(["/organizations/lighthouse-books/issues/"]);
  });

  it("is not asked about where it has neither", async () => {
    await sentry.forget();
    await tokenAt("/mcp");
    expect(await asked()).toEqual([]);
  });

  it("has its new name told at the call, once it is called otherwise", async () => {
    const token = await tokenAt("/mcp/lighthouse-books/checkout");
    instead = async (request) => {
      const path = api(request);
      if (path === "/projects/lighthouse-books/checkout/") return new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } });
      if (/^\/projects\/lighthouse-books\/\d+\/$/.test(path)) return Response.json({ id: path.split("/")[3], slug: "till" });
      if (path === "/organizations/lighthouse-books/issues/") return new Response("{}", { status: 404 });
      return undefined;
    };
    const { isError, text } = await call(token, "/mcp/lighthouse-books/checkout", "search_issues");
    expect(isError).toBe(true);
    expect(text).toContain("The project `checkout` is called `till` now");
  });

  it("has its organization's new name told at the call", async () => {
    const token = await tokenAt("/mcp/lighthouse-books");
    instead = (request) => {
      const path = api(request);
      if (path === "/organizations/4501/") return Response.json({ id: "4501", slug: "harbor-books" });
      return path.startsWith("/organizations/lighthouse-books/") ? new Response("{}", { status: 404 }) : undefined;
    };
    const { isError, text } = await call(token, "/mcp/lighthouse-books", "find_projects");
    expect(isError).toBe(true);
    expect(text).toContain("The organization `lighthouse-books` is called `harbor-books` now");
  });
});
