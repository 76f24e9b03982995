// Connected apps in a real browser: through Sentry and back, with the keyboard alone, without scripts, with a client in
// use, and attacked from another origin.
// file rule: apps/without-scripts: the list works without scripts and with the keyboard alone; a client in use is out
//    at once
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { OF_COLOURS, violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { call, connect, Keychain } from "../support/client.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type LoopbackClient, startLoopbackClient } from "../support/loopback-client.ts";
import { refresh, register, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let browser: Browser;
let elsewhere: LoopbackClient;
beforeAll(async () => {
  [sentry, browser, elsewhere] = await Promise.all([startDemoSentry(), startBrowser(), startLoopbackClient()]);
  worker = await startWorker({ sentry: sentry.url, hostname: "localhost" });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop(), browser?.close(), elsewhere?.stop()]));

let context: BrowserContext;
let complaints: string[];
beforeEach(() => {
  complaints = [];
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

/** On the list of the person whom the local Sentry's page has chosen. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext(options);
  context.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  context.on("weberror", ({ error }) => complaints.push(String(error())));
  context.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (![worker.origin, sentry.url, elsewhere.origin].includes(origin)) complaints.push(`request to ${request.url()}`);
  });
  const page = await context.newPage();
  await page.goto(`${worker.origin}/account`);
  expect(new URL(page.url()).origin).toBe(sentry.url);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${worker.origin}/account`);
  return page;
}

const named = async (name: string, skills?: string[]) =>
  signIn(worker, { client: await register(worker, { client_name: name }), choices: skills ? { skills } : {} });
const said = (page: Page) => page.getByRole("status").innerText();

it("it is clear to everybody in both themes, from 320 px to wide", async () => {
  await named("An editor with quite a long name of its own", ["inspect", "triage"]);
  const page = await open({ colorScheme: "light" });
  expect(await page.getByRole("article").count()).toBeGreaterThan(0);
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page, OF_COLOURS)).toEqual([]);
  for (const width of [320, 375, 640, 2560]) {
    await page.setViewportSize({ width, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`).toBe(true);
  }
});

it("the history too, and deleting takes a tick", async () => {
  const { tokens } = await named("An editor with a history of its own", ["inspect", "triage"]);
  const issue = { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-1", status: "resolved" };
  await (await rpc(worker, tokens.access_token, { method: "tools/call", params: { name: "update_issue", arguments: issue } })).text();
  const page = await open({ colorScheme: "light" });
  await page.getByRole("link", { name: "History of An editor with a history of its own" }).click();
  await page.getByText("changed lighthouse-books/CHECKOUT-1 with update_issue.").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await violations(page, OF_COLOURS)).toEqual([]);
  for (const width of [320, 640, 2560]) {
    await page.setViewportSize({ width, height: 700 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${width} px`).toBe(true);
  }
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as JSON" }).click();
  expect((await file).suggestedFilename()).toBe("sentry-mcp-history.json");

  await page.getByRole("link", { name: "Your connected apps" }).click();
  await page.getByText("Delete my data here …").click();
  const button = page.getByRole("button", { name: "Delete my data here" });
  await button.click();
  expect(new URL(page.url()).search, "the browser asks for the tick").toBe("");
  await page.getByRole("checkbox", { name: "I am sure" }).check();
  await button.click();
  await page.getByRole("heading", { name: "Your data here is deleted" }).waitFor();
  expect((await rpc(worker, tokens.access_token)).status).toBe(401);
  // What opened within the second of a deletion counts as before it, and is closed: the next test is to open later.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
});

it("a client in use is out with its next call, and can ask again", async () => {
  const keychain = new Keychain();
  keychain.clientMetadata = { ...keychain.clientMetadata, client_name: "The SDK's editor" };
  const client = await connect(new URL(`${worker.origin}/mcp`), keychain);
  expect(await call(client, "whoami")).toContain("Ada Marlowe");
  const page = await open();
  const button = page.getByRole("button", { name: "Revoke The SDK's editor", exact: true });
  expect(await button.isVisible(), "not without a second step").toBe(false);
  await page.getByText("Revoke …").and(page.getByLabel("Revoke The SDK's editor …")).click();
  expect(await call(client, "whoami")).toContain("Ada Marlowe");
  expect(await violations(page)).toEqual([]);
  await button.click();
  expect(await said(page)).toBe("The SDK's editor can no longer use your Sentry.");
  expect(await page.getByRole("article", { name: "The SDK's editor" }).count()).toBe(0);
  await expect(call(client, "whoami")).rejects.toThrow();
  // What an editor does at invalid_grant.
  delete keychain.savedTokens;
  const again = await connect(new URL(`${worker.origin}/mcp`), keychain);
  expect(await call(again, "whoami")).toContain("Ada Marlowe");
});

it.each([
  ["with", true],
  ["without", false],
])("%s JavaScript a skill is taken away, and a reload says nothing worse", async (_, javaScriptEnabled) => {
  const name = `Editor ${_} scripts`;
  const { client, tokens } = await named(name, ["inspect", "triage"]);
  const page = await open({ javaScriptEnabled });
  const article = page.getByRole("article", { name, exact: true });
  await article.getByRole("button", { name: "Take away Triage" }).click();
  expect(await said(page)).toBe(`${name} no longer has the skill Triage.`);
  expect(await article.getByRole("listitem").allInnerTexts()).toEqual([expect.stringContaining("Inspect")]);
  expect((await tokensOf(await refresh(worker, client, tokens.refresh_token))).scope).toBe("org:read");
  await page.reload();
  expect(await said(page)).toContain("no longer has the skill Triage");
  await page.goBack();
  // Nobody may keep the page, so Back shows the list as it is now.
  await article.getByRole("button", { name: "Take away Inspect" }).waitFor();
  expect(await article.getByRole("button", { name: "Take away Triage" }).count()).toBe(0);
});

it("works with the keyboard alone, and takes two steps to revoke all", async () => {
  const { tokens } = await named("Reached by keyboard");
  const page = await open();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
  const reach = async (wanted: string) => {
    for (let steps = 0; steps < 100 && (await focused()) !== wanted; steps++) await page.keyboard.press("Tab");
    expect(await focused()).toBe(wanted);
  };
  expect(await page.getByRole("button", { name: "Revoke all connections" }).isVisible()).toBe(false);
  await reach("Revoke Reached by keyboard …");
  await page.keyboard.press("Enter");
  await reach("Revoke Reached by keyboard");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/account?said=*");
  expect(await said(page)).toBe("Reached by keyboard can no longer use your Sentry.");
  expect((await rpc(worker, tokens.access_token)).status).toBe(401);

  const { tokens: others } = await named("Another");
  await reach("Revoke all …");
  await page.keyboard.press("Enter");
  await reach("Revoke all connections");
  await page.keyboard.press("Enter");
  await page.getByText("No application uses your Sentry").waitFor();
  expect((await rpc(worker, others.access_token)).status).toBe(401);
});

it("another origin can neither post its form nor frame it nor hold on to it", async () => {
  const { tokens } = await named("Wanted by another site");
  const page = await open();
  const proof = await page.locator('input[name="proof"]').first().inputValue();
  await page.goto(`${elsewhere.origin}/`);
  await page.evaluate(
    ([action, value]) => {
      const form = document.createElement("form");
      [form.method, form.action] = ["post", action!];
      for (const [name, text] of [["proof", value!], ["all", "1"]] as const) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, text];
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    },
    [`${worker.origin}/account/revoke`, proof],
  );
  await page.getByRole("heading", { name: "This form came from another site" }).waitFor();
  expect((await rpc(worker, tokens.access_token)).status).toBe(200);

  await page.goto(`${elsewhere.origin}/`);
  const opened = page.waitForEvent("popup");
  await page.evaluate((url) => void window.open(url), `${worker.origin}/account`);
  const popup = await opened;
  await popup.getByRole("heading", { name: "Connected apps" }).waitFor();
  expect(await popup.evaluate(() => window.opener === null)).toBe(true);

  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    return loaded;
  }, `${worker.origin}/account`);
  expect(await page.frames()[1]!.getByRole("button").count()).toBe(0);
  complaints = complaints.filter((line) => !/status of 403|frame-ancestors|X-Frame-Options|chrome-error/i.test(line));
});

it("signs out, and in again", async () => {
  const page = await open();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
  expect((await context.cookies(worker.origin)).map(({ name }) => name)).not.toContain("smcp_session");
  await page.getByRole("link", { name: "Your connected apps" }).click();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Signed in as Ada Marlowe").waitFor();
});
