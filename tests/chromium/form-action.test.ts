// Where a form of a page may lead (`form-action`), held against what Chromium does: it asks the policy of every redirect
// that follows a form, so a policy that is too narrow stops a sign-in half-way, and one that is too wide stops nothing.
// file rule: authorization/form-action
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type Registered, authorizationUrl, register } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

/** A site on this computer. What it is asked for it sends on to `onward`, where there is one. */
interface Site {
  origin: string;
  onward?: string;
  visits: string[];
  stop(): Promise<void>;
}

async function startSite(host: "127.0.0.1" | "localhost" | "::1"): Promise<Site> {
  const server = createServer((request, response) => {
    if (request.url !== "/favicon.ico") site.visits.push(request.url ?? "");
    if (site.onward) response.writeHead(302, { location: site.onward }).end();
    else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>A site</title><p>Arrived.");
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => new Promise<void>((resolve) => (server.close(() => resolve()), server.closeAllConnections()));
  const site: Site = { origin: `http://${host === "::1" ? "[::1]" : host}:${port}`, visits: [], stop };
  return site;
}

let browser: Browser;
let sentry: Site;
let elsewhere: Site;
let application: Site;
let provider: TestWorker;
let worker: TestWorker;
beforeAll(async () => {
  [browser, sentry, elsewhere, application] = await Promise.all([startBrowser(), startSite("127.0.0.1"), startSite("127.0.0.1"), startSite("127.0.0.1")]);
  // On https: any site will do for an organization's identity provider.
  provider = await startWorker({ https: true });
  worker = await startWorker({ sentry: sentry.origin, hostname: "localhost" });
});
afterAll(() => Promise.all([worker?.stop(), provider?.stop(), browser?.close(), ...[sentry, elsewhere, application].map((site) => site?.stop())]));

let context: BrowserContext;
let page: Page;
let complaints: string[];
beforeEach(async () => {
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  for (const site of [sentry, elsewhere, application]) [site.onward, site.visits] = [undefined, []];
});
afterEach(() => context.close());

const client = (redirect_uri: string) => register(worker, { redirect_uris: [redirect_uri] });
const open = async (asked: Registered) => page.goto(authorizationUrl(worker, asked).href);
const stopped = () => expect.poll(() => complaints.some((text) => text.includes("form-action"))).toBe(true);
/** As a stranger's markup would have it. The form has a field named `action`, which hides the property. */
const sendFormTo = (address: string) =>
  page.locator("form").evaluate((form, to) => {
    form.setAttribute("action", to);
    HTMLFormElement.prototype.submit.call(form);
  }, address);
const press = (name: string) => page.getByRole("button", { name }).click();

describe("a sign-in goes on", () => {
  it("from Sentry to an identity provider on https that nobody could have listed", async () => {
    sentry.onward = `${provider.origin}/health`;
    await open(await client(`${application.origin}/callback`));
    await press("Approve");
    await page.waitForURL(`${provider.origin}/health`);
    expect(complaints).toEqual([]);
  });

  it("from the client's callback to its page on https", async () => {
    application.onward = `${provider.origin}/health`;
    await open(await client(`${application.origin}/callback`));
    await press("Deny");
    await page.waitForURL(`${provider.origin}/health`);
    expect(application.visits).toEqual([expect.stringContaining("/callback?error=access_denied")]);
    expect(complaints).toEqual([]);
  });

  it.each(["127.0.0.1", "localhost", "::1"] as const)("to an application that listens at %s, whatever port it registered", async (host) => {
    const there = await startSite(host);
    try {
      const registered = await client(`${there.origin.replace(/:\d+$/, "")}/callback`);
      await open({ ...registered, redirect_uris: [`${there.origin}/callback`] });
      await press("Deny");
      await page.waitForURL(`${there.origin}/callback?**`);
      expect(complaints).toEqual([]);
    } finally {
      await there.stop();
    }
  });
});

describe("a form is stopped", () => {
  it("on its way to another port of this computer, by whichever redirect", async () => {
    sentry.onward = `${elsewhere.origin}/`;
    await open(await client(`${application.origin}/callback`));
    await press("Approve");
    await stopped();
    expect([sentry.visits.length, elsewhere.visits]).toEqual([1, []]);
    expect(new URL(page.url()).origin).toBe(worker.origin);
  });

  it("on its way to another application's scheme or to a site on plain http", async () => {
    for (const action of [`${elsewhere.origin}/`, "http://evil.example/", "evil.app:/x"]) {
      complaints = [];
      await open(await client("editor.example:/callback"));
      await sendFormTo(action);
      await stopped();
    }
    expect(elsewhere.visits).toEqual([]);
  });

  it("on a page that has none of its own, wherever it leads", async () => {
    const wrong = authorizationUrl(worker, await client("https://client.example/cb"), { scope: "nonsense" }).href;
    for (const address of [wrong, `${worker.origin}/oauth/callback`, `${worker.origin}/nowhere`]) {
      for (const action of [`${worker.origin}/oauth/authorize`, "https://evil.example/"]) {
        complaints = [];
        await page.goto(address);
        await page.evaluate((to) => {
          const form = Object.assign(document.createElement("form"), { method: "post", action: to });
          document.body.append(form);
          form.submit();
        }, action);
        await stopped();
      }
    }
  });

  it("that checks a document, on its way to another site", async () => {
    await page.goto(`${worker.origin}/oauth/check`);
    await sendFormTo("https://evil.example/");
    await stopped();
  });
});
