// The whole chat against the running worker and the local Sentry with its scripted model: on http as a client that has
// registered, on https as one that is described by its own document.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { type Site, approve, openChat, scripted, signIn, signInBy, signedIn } from "../support/chat-page.ts";
import { startDemoSentry } from "../support/demo-sentry.ts";
import { ask, choose, conversation, question, settled } from "../support/made-up.ts";
import { but } from "../support/watched.ts";
import { startWorker } from "../support/worker.ts";

let browser: Browser;
beforeAll(async () => void (browser = await startBrowser()));
afterAll(() => browser?.close());

describe.each([
  ["http", false],
  ["https", true],
] as const)("on %s", (_, https) => {
  let site: Site;
  beforeAll(async () => {
    const sentry = await startDemoSentry();
    site = { sentry, worker: await startWorker({ sentry: sentry.url, https, hostname: "localhost", vars: scripted(sentry) }) };
  });
  afterAll(() => Promise.all([site?.worker.stop(), site?.sentry.stop()]));
  afterEach(() => site.sentry.noFaults());

  const open = () => openChat(browser, site);
  const cards = (page: Page) => page.locator("details.tool .tool-name").allInnerTexts();

  // rule: chat-page/sign-in-window: sign-in in a window, in the page where none opens, denied; a question and a command
  //    wait for it
  // rule: chat-page/change-approved-once: what would change something is shown in the server's words, to its end, and
  //    approved by that button only, once; what was shown is what is sent
  it("a person signs in, asks, watches the tools, and resolves what they were shown", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    expect(await page.locator(".who").innerText()).toContain("Ada Marlowe");
    await page.getByRole("button", { name: "What broke today?" }).click();
    await conversation(page).getByText("The latest trouble is").waitFor();
    await settled(page);
    expect(await cards(page)).toEqual(["Find organizations", "Search issues", "Get issue details"]);
    await page.locator("details.tool").nth(1).click();
    await page.locator("details.tool").nth(1).getByRole("heading", { name: "Result" }).waitFor();
    expect(await violations(page)).toEqual([]);

    await site.sentry.forget();
    await ask(page, "Resolve it");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await settled(page);
    const changes = async () => (await site.sentry.requests("/api/0/")).filter(({ method }) => method === "PUT");
    expect(await changes()).toEqual([]);
    expect(await page.locator(".confirm pre").innerText()).toContain('"status": "resolved"');
    await page.getByRole("button", { name: "Approve" }).click();
    await conversation(page).getByText(/^Done: .* is resolved\.$/).waitFor();
    expect((await changes()).map(({ status }) => status)).toEqual([200]);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  // rule: chat-page/change-approved-once
  it("a question before the sign-in is answered after it, and what is declined is not done", async () => {
    await using seen = await open();
    const { page } = seen;
    await question(page).fill("resolve CHECKOUT-1 in organization lighthouse-books");
    await signInBy(() => question(page).press("Enter"), seen, site);
    await page.getByRole("button", { name: "Decline" }).waitFor();
    await settled(page);
    await site.sentry.forget();
    await page.getByRole("button", { name: "Decline" }).click();
    await settled(page);
    expect(await page.locator(".tool-state").last().innerText()).toBe("declined");
    expect((await site.sentry.requests("/api/0/")).filter(({ method }) => method === "PUT")).toEqual([]);
    expect(seen.complaints).toEqual([]);
  });

  it("what waits for a word is withdrawn when the endpoint changes, and nothing is done at either", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await ask(page, "resolve CHECKOUT-1 in organization lighthouse-books");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await settled(page);
    await site.sentry.forget();
    await choose(page, "lighthouse-books", "shop-window");
    await page.getByText("Withdrawn, since the endpoint was changed.").waitFor();
    await settled(page);
    expect(await page.locator(".tool-state").last().innerText()).toBe("withdrawn");
    expect(await page.locator(".failure").count()).toBe(0);
    expect(await page.getByRole("button", { name: "Approve" }).count()).toBe(0);
    expect((await site.sentry.requests("/v1/")).length, "the model went on").toBeGreaterThan(0);
    expect((await site.sentry.requests("/api/0/")).filter(({ method }) => method !== "GET")).toEqual([]);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/history
  it("a reload keeps the conversation, and it goes on", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await ask(page, "Tell me about CHECKOUT-1 in organization lighthouse-books");
    await conversation(page).getByText("is this: GatewayUnavailable").waitFor();
    await settled(page);
    await page.reload();
    await conversation(page).getByText("is this: GatewayUnavailable").waitFor();
    await signedIn(page).waitFor();
    await ask(page, "Resolve it");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await settled(page);
    // The question to the person is still there after a reload, and its answer still counts.
    await page.reload();
    await signedIn(page).waitFor();
    await page.getByRole("button", { name: "Approve" }).click();
    await conversation(page).getByText("Done: CHECKOUT-1 is resolved.").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/failures-said
  it("stopping stops the tools and the model, and it can be tried again", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await site.sentry.fault({ path: "/api/0/", kind: "latency_ms", ms: 1500, times: 20 });
    await site.sentry.forget();
    await ask(page, "What broke today?");
    await page.locator("details.tool").first().waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.locator(".failure").getByText("Stopped.").waitFor();
    expect(await page.locator(".tool-state").first().innerText()).toBe("stopped");
    await page.waitForTimeout(4000);
    // The worker notices with the next event at the latest: what was under way ends, and nothing more is begun.
    expect((await site.sentry.requests("/v1/")).length).toBeLessThanOrEqual(2);
    expect((await site.sentry.requests("/api/0/")).length).toBeLessThanOrEqual(1);
    await site.sentry.noFaults();
    await page.getByRole("button", { name: "Try again" }).click();
    await conversation(page).getByText("The latest trouble is").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/session-that-ends: a session that ends keeps the conversation, and one tab goes on
  it.each(["at Sentry", "at Connected apps"])("a sign-in that was revoked %s in the middle is renewed, and the question goes on", async (where) => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await ask(page, "Which projects are there in organization lighthouse-books?");
    await settled(page);
    if (where === "at Sentry") await site.sentry.revoke({ user: "1001" });
    else {
      const account = await seen.context.newPage();
      await account.goto(`${site.worker.origin}/account`);
      await account.getByRole("button", { name: "Approve" }).click();
      for (;;) {
        await account.getByRole("heading", { level: 1 }).waitFor();
        const revoke = account.getByText("Revoke …").and(account.getByLabel("Revoke Sentry MCP demo chat …"));
        if ((await revoke.count()) === 0) break;
        await revoke.first().click();
        await account.getByRole("button", { name: "Revoke Sentry MCP demo chat", exact: true }).click();
        await account.getByRole("status").waitFor();
      }
      await account.close();
    }
    await ask(page, "Tell me about CHECKOUT-1");
    await page.locator(".failure").getByText("Your session has ended").waitFor();
    await signInBy(() => page.getByRole("button", { name: "Sign in again" }).click(), seen, site);
    await conversation(page).getByText("is this: GatewayUnavailable").waitFor();
    expect(await conversation(page).innerText()).toContain("These are the projects");
    expect(await page.locator(".failure").count()).toBe(0);
    expect(but(seen.complaints, 401)).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  it("where no window may be opened the sign-in goes on in this one", async () => {
    await using seen = await open();
    const { page } = seen;
    await page.addInitScript(() => void (window.open = () => null));
    await page.reload();
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await ask(page, "Who am I?");
    await approve(page, site);
    await conversation(page).getByText("You are signed in as Ada Marlowe").waitFor();
    expect(page.url()).toBe(`${site.worker.origin}/`);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  it("a command before the sign-in runs after it", async () => {
    await using seen = await open();
    await question(seen.page).fill("/whoami");
    await signInBy(() => question(seen.page).press("Enter"), seen, site);
    await seen.page.locator("details.tool.is-done").getByText("Ada Marlowe").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  it("two questions that are asked while the sign-in goes on are both answered, over the one window", async () => {
    await using seen = await open();
    const { page, context } = seen;
    const opened = page.waitForEvent("popup");
    await ask(page, "Who am I signed in as?");
    const popup = await opened;
    await popup.getByRole("button", { name: "Approve" }).waitFor();
    const address = popup.url();
    await ask(page, "Which projects are there?");
    await page.getByText("Asked next: “Which projects are there?”").waitFor();
    expect([popup.url(), context.pages().length]).toEqual([address, 2]);
    await approve(popup, site);
    await conversation(page).getByText("You are signed in as Ada Marlowe").waitFor();
    await conversation(page).getByText("These are the projects").waitFor();
    expect(await page.getByText("Asked next").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  it("a sign-in window that is closed is noticed at once", async () => {
    await using seen = await open();
    const { page } = seen;
    const opened = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Sign in with Sentry" }).click();
    const popup = await opened;
    await page.getByText("The sign-in goes on in another window.").waitFor();
    // Closed by something that brings no focus back to this page.
    await popup.close();
    await page.getByText("The sign-in goes on in another window.").waitFor({ state: "detached", timeout: 3_000 });
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/change-approved-once
  it("what waits for a word is not run when something else is asked, and that is said", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await page.locator(".badge").getByText("demo model").waitFor();
    await ask(page, "Resolve the newest issue");
    await page.getByRole("button", { name: "Decline" }).waitFor();
    await settled(page);
    await ask(page, "Who am I signed in as?");
    await conversation(page).getByText("Not run, since you asked something else: Update issue.").waitFor();
    await settled(page);
    await question(page).press("ArrowUp");
    expect(await question(page).inputValue()).toBe("Who am I signed in as?");
    await question(page).fill("/wh");
    await page.getByRole("list", { name: "Commands" }).getByText("/whoami").waitFor();
    await question(page).press("Tab");
    expect(await question(page).inputValue()).toBe("/whoami");
    expect(await page.getByRole("list", { name: "Commands" }).count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/change-approved-once
  it("a change that failed is never told as done", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await ask(page, "Resolve the newest issue");
    await page.getByRole("button", { name: "Decline" }).waitFor();
    await settled(page);
    await site.sentry.fault({ path: "/api/0/organizations/lighthouse-books/issues/", kind: "status", status: 500, times: 9 });
    await page.getByRole("button", { name: "Approve" }).click();
    await conversation(page).getByText(/^That did not work: /).waitFor();
    await page.locator("details.tool.is-failed").waitFor();
    expect(await conversation(page).getByText("Done:").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/sign-in-window
  it("a sign-in that is denied closes its window, and is said in the page", async () => {
    await using seen = await open();
    const { page } = seen;
    const opened = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Sign in with Sentry" }).click();
    const popup = await opened;
    const closed = popup.waitForEvent("close");
    await popup.getByRole("button", { name: "Deny" }).click();
    await closed;
    await page.locator(".failure").getByText("You did not allow it").waitFor();
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/every-tab: signing in and out holds in every tab
  it("signing in and out is seen by every tab, and ends the connection", async () => {
    await using seen = await open();
    const { page } = seen;
    const other = await seen.context.newPage();
    await other.goto(`${site.worker.origin}/`);
    await other.getByRole("button", { name: "Sign in with Sentry" }).waitFor();
    await page.bringToFront();
    await signIn(seen, site);
    await signedIn(other).waitFor();
    await ask(other, "/whoami");
    await other.locator("details.tool.is-done").waitFor();
    const before = (await seen.context.cookies(site.worker.origin)).filter(({ name }) => name.includes("chat"));
    expect(before.length).toBeGreaterThan(0);
    await ask(page, "/logout");
    for (const tab of [page, other]) {
      await tab.getByRole("button", { name: "Sign in with Sentry" }).waitFor();
      expect(await tab.locator("details.tool").count()).toBe(0);
    }
    // The cookie that was has no value any more, even for whoever kept it.
    await seen.context.clearCookies();
    await seen.context.addCookies(before);
    await page.reload();
    await page.getByRole("button", { name: "Sign in with Sentry" }).waitFor();
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/no-token-in-reach: no token in a script's reach, an address or the log
  it("no token is in reach of a script, in an address or in the log", async () => {
    await using seen = await open();
    const { page, context } = seen;
    const addresses: string[] = [];
    const bodies: Promise<string>[] = [];
    context.on("request", (request) => addresses.push(request.url()));
    context.on("response", (response) => {
      if (response.url().startsWith(`${site.worker.origin}/api/`)) bodies.push(response.text().catch(() => ""));
    });
    await signIn(seen, site);
    await ask(page, "What broke today?");
    await conversation(page).getByText("The latest trouble is").waitFor();
    await settled(page);
    const inPage = await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML, location.href, window.name]));
    const code = /[?&]code=/;
    const kept = [inPage, ...(await Promise.all(bodies))].join("\n");
    expect(kept).not.toMatch(/smcp_[a-z]_|sntry/);
    expect(addresses.filter((address) => /smcp_[ar]_/.test(address))).toEqual([]);
    // The one code there is goes to the callback, where it is used up.
    expect(addresses.filter((address) => code.test(address) && !/\/(api\/auth|oauth)\/callback\?/.test(address))).toEqual([]);
    const cookies = (await context.cookies(site.worker.origin)).filter(({ name }) => name.includes("chat"));
    for (const { name, httpOnly, secure, sameSite } of cookies) {
      expect([httpOnly, secure, sameSite], name).toEqual([true, https, "Lax"]);
      expect(name.startsWith("__Host-"), name).toBe(https);
    }
    if (!https) expect((await site.worker.flushedLogs()).map(({ message }) => message).join("\n")).not.toMatch(/smcp_[a-z]_/);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/commands
  it("an endpoint of one organization answers for that one", async () => {
    await using seen = await open();
    const { page } = seen;
    await signIn(seen, site);
    await page.getByText("Endpoint").click();
    await page.getByLabel("Organization").fill("lighthouse-books");
    await page.getByRole("button", { name: "Use" }).click();
    await ask(page, "What broke today?");
    await conversation(page).getByText("The latest trouble is").waitFor();
    await settled(page);
    expect(await cards(page)).toEqual(["Search issues", "Get issue details"]);
    expect(seen.complaints).toEqual([]);
  });
});

describe("with other settings", () => {
  // rule: chat-page/session-that-ends
  it("short-lived tokens are renewed while the person talks", async () => {
    await using sentry = await startDemoSentry();
    await using worker = await startWorker({ sentry: sentry.url, vars: { ...scripted(sentry), ACCESS_TOKEN_TTL: "2" } });
    const site = { sentry, worker };
    await using seen = await openChat(browser, site);
    await signIn(seen, site);
    for (const words of ["Who am I?", "Which projects are there in organization lighthouse-books?"]) {
      await seen.page.waitForTimeout(2500);
      await ask(seen.page, words);
      await settled(seen.page);
    }
    expect(await seen.page.locator("details.tool.is-done").count()).toBe(2);
    expect(seen.complaints).toEqual([]);
  });

  // rule: chat-page/commands
  it("without a model commands work, and the page says what is missing", async () => {
    await using sentry = await startDemoSentry();
    await using worker = await startWorker({ sentry: sentry.url });
    const site = { sentry, worker };
    await using seen = await openChat(browser, site);
    const { page } = seen;
    await signIn(seen, site);
    await page.getByText("LLM_API_KEY").waitFor();
    await page.getByRole("button", { name: "/tools" }).click();
    await page.locator(".tools dt").first().waitFor();
    expect(await page.locator(".tools dt").allInnerTexts()).toContain("search_issues");
    await ask(page, '/call search_issues {"organizationSlug": "lighthouse-books"}');
    await page.locator("details.tool.is-done").waitFor();
    expect(await page.locator(".result").innerText()).toContain("CHECKOUT-");
    await ask(page, '/call update_issue {"organizationSlug": "lighthouse-books", "issueId": "CHECKOUT-1", "status": "resolved"}');
    await page.getByRole("button", { name: "Approve" }).click();
    await page.locator("details.tool.is-done").nth(1).waitFor();
    await ask(page, "What broke today?");
    await page.locator(".failure").getByText("No language model").waitFor();
    expect(but(seen.complaints, 503)).toEqual([]);
  });

  // rule: chat-page/failures-said
  it("a model that is down is said, and the question can be asked again", async () => {
    await using sentry = await startDemoSentry();
    await using worker = await startWorker({ sentry: sentry.url, vars: scripted(sentry) });
    const site = { sentry, worker };
    await using seen = await openChat(browser, site);
    await signIn(seen, site);
    await sentry.fault({ path: "/v1/", kind: "status", status: 503, times: 10 });
    await ask(seen.page, "Who am I?");
    await seen.page.locator(".failure").getByText("The language model does not answer").waitFor();
    await sentry.noFaults();
    await seen.page.getByRole("button", { name: "Try again" }).click();
    await conversation(seen.page).getByText("You are signed in as Ada Marlowe").waitFor();
    expect(seen.complaints).toEqual([]);
  });
});
