// The path by hand: consent, the local Sentry's page, the callback, and back in the application, in a real browser.
// What only a browser can show is here: that no policy of ours stops the chain of redirects, that cookies come along,
// that nothing needs a script.
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type LoopbackClient, startLoopbackClient } from "../support/loopback-client.ts";
import { type Pkce, type Registered, authorizationUrl, pkce, redeem, register, rpc, tokensOf } from "../support/oauth.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let browser: Browser;
let application: LoopbackClient;
let client: Registered;
beforeAll(async () => {
  [sentry, browser, application] = await Promise.all([startDemoSentry(), startBrowser(), startLoopbackClient()]);
  worker = await startWorker({ sentry: sentry.url, hostname: "localhost" });
  client = await register(worker, { client_name: "Chromium's editor", redirect_uris: [application.redirectUri] });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop(), browser?.close(), application?.stop()]));

// After every test: not one message on the console, and no request to anybody who has no part in a sign-in.
let context: BrowserContext;
let complaints: string[];
const open = async (options: BrowserContextOptions = {}) => {
  context = await browser.newContext(options);
  context.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  context.on("weberror", ({ error }) => complaints.push(String(error())));
  context.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (![worker.origin, sentry.url, application.origin].includes(origin)) complaints.push(`request to ${request.url()}`);
  });
  return context.newPage();
};
beforeEach(() => {
  complaints = [];
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

const link = (proof: Pkce, changed = {}) => authorizationUrl(worker, client, { code_challenge: proof.challenge, ...changed }).href;

/** On Sentry's page. */
async function approveAtSentry(page: Page) {
  expect(new URL(page.url()).origin).toBe(sentry.url);
  await page.getByRole("button", { name: "Approve" }).click();
}

async function expectWorkingTokens(callback: URL, { verifier }: Pkce) {
  expect(callback.searchParams.get("state")).toBe("state-of-the-client");
  expect(callback.searchParams.get("iss")).toBe(worker.origin);
  const code = callback.searchParams.get("code")!;
  const tokens = await tokensOf(await redeem(worker, { client, callback, verifier, code }));
  const answer = await rpc(worker, tokens.access_token, { method: "tools/call", params: { name: "whoami" } });
  expect(await answer.text()).toContain("Ada Marlowe");
  return tokens;
}

describe.each([
  ["with JavaScript", true],
  ["without JavaScript", false],
])("%s", (_, javaScriptEnabled) => {
  it("a person approves twice and is back in the application, which gets its tokens", async () => {
    const page = await open({ javaScriptEnabled });
    const proof = pkce();
    const response = await page.goto(link(proof));
    expect(response?.status()).toBe(200);
    expect(await page.title()).toBe("Allow “Chromium's editor”? · Sentry MCP");
    expect(await page.locator("h1").innerText()).toContain("Chromium's editor");
    expect(await page.getByText(application.redirectUri).isVisible()).toBe(true);

    await page.getByRole("button", { name: "Approve" }).click();
    await approveAtSentry(page);
    await page.waitForURL(`${application.redirectUri}?**`);
    expect(await page.innerText("body")).toContain("You are back in the application.");
    const tokens = await expectWorkingTokens(await application.called(), proof);
    expect(tokens.scope).toBe("event:write org:read");
  });

  it("a person denies here", async () => {
    const page = await open({ javaScriptEnabled });
    await page.goto(link(pkce()));
    await page.getByRole("button", { name: "Deny" }).click();
    await page.waitForURL(`${application.redirectUri}?**`);
    const callback = await application.called();
    expect(callback.searchParams.get("error")).toBe("access_denied");
    expect(callback.searchParams.get("iss")).toBe(worker.origin);
  });

  it("a person denies at Sentry", async () => {
    const page = await open({ javaScriptEnabled });
    await page.goto(link(pkce()));
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("button", { name: "Deny" }).click();
    await page.waitForURL(`${application.redirectUri}?**`);
    expect((await application.called()).searchParams.get("error")).toBe("access_denied");
  });
});

it("works with the keyboard alone, and a box that is unticked stays so", async () => {
  const page = await open();
  const proof = pkce();
  await page.goto(link(proof));
  const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value);
  const reach = async (value: string) => {
    for (let steps = 0; steps < 20 && (await focused()) !== value; steps++) await page.keyboard.press("Tab");
    expect(await focused()).toBe(value);
  };
  await reach("seer");
  await page.keyboard.press("Space");
  await reach("approve");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${sentry.url}/**`);
  await approveAtSentry(page);
  await page.waitForURL(`${application.redirectUri}?**`);
  const tokens = await expectWorkingTokens(await application.called(), proof);
  expect(tokens.scope).toBe("org:read");
});

// rule: authorization/no-framing
it("shows a consent page that is good again after a reload and after Back", async () => {
  const page = await open();
  const proof = pkce();
  await page.goto(link(proof));
  await page.reload();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
  await page.goBack();
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
  await approveAtSentry(page);
  await page.waitForURL(`${application.redirectUri}?**`);
  await expectWorkingTokens(await application.called(), proof);
});

// rule: authorization/upstream-state
it("finishes in two tabs of one browser", async () => {
  const [first, second] = [await open(), await context.newPage()];
  const proofs = [pkce(), pkce()] as const;
  await first.goto(link(proofs[0]));
  await second.goto(link(proofs[1]));
  await first.getByRole("button", { name: "Approve" }).click();
  await second.getByRole("button", { name: "Approve" }).click();
  await second.waitForURL(`${sentry.url}/**`);
  await approveAtSentry(second);
  await second.waitForURL(`${application.redirectUri}?**`);
  await expectWorkingTokens(await application.called(), proofs[1]);
  await approveAtSentry(first);
  await first.waitForURL(`${application.redirectUri}?**`);
  await expectWorkingTokens(await application.called(), proofs[0]);
  expect((await context.cookies()).filter(({ name }) => name.includes("flow"))).toEqual([]);
});

// rule: authorization/no-framing
it("keeps a popup connected to the page that opened it", async () => {
  const page = await open();
  // The application's page has another origin than ours: a Cross-Origin-Opener-Policy anywhere on the way would cut it off.
  await page.goto(`${application.origin}/`);
  const proof = pkce();
  const opened = page.waitForEvent("popup");
  await page.evaluate((url) => void window.open(url, "sign-in", "popup"), link(proof));
  const popup = await opened;
  await popup.getByRole("button", { name: "Approve" }).click();
  await popup.waitForURL(`${sentry.url}/**`);
  await approveAtSentry(popup);
  await popup.waitForURL(`${application.redirectUri}?**`);
  await application.called();
  expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
});

// rule: authorization/private-use-scheme-page
it("leaves for an application's own scheme with a page, on which nothing can be approved again", async () => {
  const editor = await register(worker, { redirect_uris: ["cursor://anysphere.cursor-mcp/oauth/callback"] });
  const page = await open();
  await page.goto(authorizationUrl(worker, editor).href);
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
  await approveAtSentry(page);
  await page.getByText("You can close this window").waitFor();
  expect(await page.getByRole("link", { name: "Open it" }).getAttribute("href")).toMatch(/^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?code=/);
  expect(await page.locator("form").count()).toBe(0);
  // Chromium has no program for the scheme here, and may say so.
  complaints = complaints.filter((line) => !line.includes("cursor://"));
});

// rule: authorization/upstream-state
it("cannot be finished in another browser", async () => {
  const page = await open();
  await page.goto(link(pkce()));
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${sentry.url}/**`);
  const atSentry = page.url();
  await context.close();

  const victim = await open();
  await victim.goto(atSentry);
  await approveAtSentry(victim);
  await victim.getByRole("heading", { name: "This browser shows no cookie of ours" }).waitFor();
  expect(new URL(victim.url()).origin).toBe(worker.origin);
  // Chromium reports the status of the page.
  complaints = complaints.filter((line) => !line.includes("status of 400"));
});

// rule: authorization/consent-form
it("cannot be approved from another site's page", async () => {
  const page = await open();
  await page.goto(link(pkce()));
  const state = await page.locator('input[name="state"]').inputValue();
  await page.goto(`${application.origin}/`);
  await page.evaluate(
    ([action, value]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action!;
      for (const [name, text] of [["state", value!], ["action", "approve"], ["skill", "inspect"]] as const) {
        const input = document.createElement("input");
        [input.type, input.name, input.value] = ["hidden", name, text];
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    },
    [`${worker.origin}/oauth/authorize`, state],
  );
  await page.getByRole("heading", { name: "This form came from another site" }).waitFor();
  complaints = complaints.filter((line) => !line.includes("status of 403"));
});

// rule: authorization/no-framing
it("cannot be shown in a frame", async () => {
  const page = await open();
  await page.goto(`${application.origin}/`);
  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.src = url;
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    return loaded;
  }, link(pkce()));
  expect(await page.frames()[1]!.getByRole("button").count()).toBe(0);
  expect(complaints.some((line) => /frame-ancestors|X-Frame-Options/i.test(line))).toBe(true);
  complaints = complaints.filter((line) => !/frame-ancestors|X-Frame-Options|chrome-error|status of 403/i.test(line));
});
