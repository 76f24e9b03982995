// Through Sentry and back, where it does not go well: what the person sees, and what the application hears.
// file rule: authorization/page-for-each-end: denial, outage, too late, no cookies: each its own page, or the client's
//    answer
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type LoopbackClient, startLoopbackClient } from "../support/loopback-client.ts";
import { type Registered, authorizationUrl, register } from "../support/oauth.ts";
import { grownOld } from "../support/signed.ts";
import { watched } from "../support/watched.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let browser: Browser;
let application: LoopbackClient;
let client: Registered;
let editor: Registered;
beforeAll(async () => {
  [sentry, browser, application] = await Promise.all([startDemoSentry(), startBrowser(), startLoopbackClient()]);
  worker = await startWorker({ sentry: sentry.url, hostname: "localhost" });
  client = await register(worker, { redirect_uris: [application.redirectUri] });
  editor = await register(worker, { redirect_uris: ["editor.example:/callback"] });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop(), browser?.close(), application?.stop()]));
afterEach(() => sentry.noFaults());

const start = () => watched(browser, [worker.origin, sentry.url, application.origin]);
const link = (of = client) => authorizationUrl(worker, of).href;

/** Approves here; answers when the browser is on Sentry's page. */
async function toSentry({ page }: Awaited<ReturnType<typeof start>>, of = client) {
  await page.goto(link(of));
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
}

describe("a sign-in that", () => {
  it.each([
    ["is denied at Sentry", "Deny", undefined, "access_denied", "Nothing was connected"],
    ["meets an outage of Sentry", "Approve", 503, "temporarily_unavailable", "Sentry does not answer at the moment"],
    ["Sentry refuses", "Approve", 400, "server_error", "The sign-in did not work"],
    ["works", "Approve", undefined, null, "You are connected"],
  ] as const)("%s is told to the application; where that is opened by the system, our page says it too", async (_, button, status, error, words) => {
    if (status) await sentry.fault({ path: "/oauth/token/", kind: "status", status, times: 2 });
    await using seen = await start();
    await toSentry(seen);
    await seen.page.getByRole("button", { name: button }).click();
    await seen.page.waitForURL(`${application.redirectUri}?**`);
    const callback = await application.called();
    expect([callback.searchParams.get("error"), callback.searchParams.get("iss")]).toEqual([error, worker.origin]);

    await toSentry(seen, editor);
    await seen.page.getByRole("button", { name: button }).click();
    await seen.page.getByRole("heading", { name: words }).waitFor();
    expect(await seen.page.locator("form").count()).toBe(0);
    const href = await seen.page.getByRole("link", { name: "Open it" }).getAttribute("href");
    expect(new URL(href!).searchParams.get("error")).toBe(error);
  });

  it("took too long says so, though its cookie has gone as well", async () => {
    await using seen = await start();
    await toSentry(seen);
    const state = grownOld(new URL(seen.page.url()).searchParams.get("state")!, "upstream-state");
    await seen.page.goto(`${worker.origin}/oauth/callback?code=x&state=${state}`);
    expect(await seen.page.innerText("h1")).toBe("The sign-in took too long");
    expect(await seen.page.innerText("main")).toContain("connect again");
  });

  it("took too long and was denied says that nothing was connected", async () => {
    await using seen = await start();
    await toSentry(seen);
    const state = grownOld(new URL(seen.page.url()).searchParams.get("state")!, "upstream-state");
    await seen.page.goto(`${worker.origin}/oauth/callback?error=access_denied&state=${state}`);
    expect(await seen.page.innerText("h1")).toBe("You did not allow it at Sentry");
    await seen.page.goto(`${worker.origin}/oauth/callback?error=server_error`);
    expect(await seen.page.innerText("h1")).toBe("Sentry ended the sign-in");
  });

  it("returns to a browser without cookies says what to allow", async () => {
    await using seen = await start();
    await toSentry(seen);
    await seen.context.clearCookies();
    await seen.page.getByRole("button", { name: "Approve" }).click();
    await seen.page.getByRole("heading", { name: "This browser shows no cookie of ours" }).waitFor();
    expect(await seen.page.innerText("main")).toContain("allow cookies for this site");
  });

  it("is approved in a browser without cookies says the same", async () => {
    await using seen = await start();
    await seen.page.goto(link());
    await seen.context.clearCookies();
    await seen.page.getByRole("button", { name: "Approve" }).click();
    await seen.page.getByRole("heading", { name: "This browser shows no cookie of ours" }).waitFor();
  });

  it("lay open for more than an hour says so", async () => {
    await using seen = await start();
    await seen.page.goto(link());
    const ticket = seen.page.locator('input[name="state"]');
    const old = grownOld(await ticket.inputValue(), "form");
    await ticket.evaluate((input, value) => void ((input as HTMLInputElement).value = value), old);
    await seen.page.getByRole("button", { name: "Approve" }).click();
    await seen.page.getByRole("heading", { name: "This page was open for too long" }).waitFor();
  });
});

describe("Back and reload", () => {
  it("after the end lead to a page that says that it has ended, and a new sign-in works", async () => {
    await using seen = await start();
    const { page } = seen;
    let callback = "";
    page.on("request", (request) => {
      if (request.url().startsWith(`${worker.origin}/oauth/callback`)) callback = request.url();
    });
    await toSentry(seen);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.waitForURL(`${application.redirectUri}?**`);
    await application.called();
    await page.goto(callback);
    const text = await page.innerText("main");
    expect(text).toContain("finished already");
    expect(text).toMatch(/look whether your application is connected/i);
    await page.reload();
    expect(await page.innerText("main")).toContain("finished already");

    await toSentry(seen);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.waitForURL(`${application.redirectUri}?**`);
    expect((await application.called()).searchParams.has("code")).toBe(true);
  });

  it("on an error page show the same error again, with another request id", async () => {
    await using seen = await start();
    await seen.page.goto(`${worker.origin}/oauth/authorize?client_id=gone`);
    const first = await seen.page.innerText("main");
    await seen.page.reload();
    const second = await seen.page.innerText("main");
    const id = /Request ID: [0-9a-f]{16}/;
    expect(second.replace(id, "")).toBe(first.replace(id, ""));
    expect(second).not.toBe(first);
  });
});

// rule: authorization/no-framing
it("a popup that another origin opened hears of a denial at Sentry, and of one here", async () => {
  await using seen = await start();
  for (const here of [true, false]) {
    await seen.page.goto(`${application.origin}/`);
    const opened = seen.page.waitForEvent("popup");
    await seen.page.evaluate((url) => void window.open(url, "sign-in", "popup"), link());
    const popup = await opened;
    if (!here) {
      await popup.getByRole("button", { name: "Approve" }).click();
      await popup.waitForURL(`${sentry.url}/**`);
    }
    await popup.getByRole("button", { name: "Deny" }).click();
    await popup.waitForURL(`${application.redirectUri}?**`);
    expect((await application.called()).searchParams.get("error")).toBe("access_denied");
    expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
    await popup.close();
  }
});
