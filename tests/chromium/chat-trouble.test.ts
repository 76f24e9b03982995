// The chat's page where something goes wrong, with answers made up: what it says, what it keeps, and how one goes on.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { SENTRY, SIGNED_IN, SIGNED_OUT, ask, called, madeUp, question, refused, said, settled } from "../support/made-up.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker({ sentry: SENTRY }), startBrowser()]);
});
afterAll(() => Promise.all([worker?.stop(), browser?.close()]));

const open = (options = {}) => madeUp(browser, worker.origin, options);

// rule: chat-page/failures-said: each failure is said, with a way on
describe("when it goes wrong", () => {
  it.each([
    ["no_model", 503, "commands work", false],
    ["rate_limited", 429, "Try again in 30 s.", true],
    ["too_long", 413, "too long", false],
    ["invalid_request", 400, "as the server says it", true],
  ])("a refusal (%s) is said in words, with a way on where there is one", async (error, status, words, again) => {
    await using made = await open();
    made.answers.push(refused(status, error, error === "rate_limited" ? { "retry-after": "30" } : {}), said("Now."));
    await ask(made.page, "What broke?");
    await made.page.locator(".failure").getByText(words).waitFor();
    expect(await made.page.locator(".failure").innerText()).toContain("0123456789abcdef");
    const button = made.page.getByRole("button", { name: "Try again" });
    expect(await button.count()).toBe(again ? 1 : 0);
    if (!again) return;
    await button.click();
    await made.page.getByText("Now.").first().waitFor();
    expect(made.asked[1]).toEqual(made.asked[0]);
    expect(await made.page.locator(".failure").count()).toBe(0);
  });

  it.each(["model_unreachable", "model_refused", "model_rate_limited", "model_timeout", "tool_unavailable", "internal"])("an error in the stream (%s) is said, and what ran before is kept", async (code) => {
    await using made = await open();
    made.answers.push([...called("1", "search_issues", {}, "found"), ["error", { code, message: "The server's words.", request_id: "feedfeedfeedfeed" }], ["done", { reason: "error", steps: 1 }]]);
    await ask(made.page, "What broke?");
    await settled(made.page);
    expect(await made.page.locator(".failure .notice").innerText()).toMatch(/^.{10,} Request ID feedfeedfeedfeed$/);
    expect(await made.page.locator("details.tool").count()).toBe(1);
    expect(await made.page.getByRole("button", { name: "Try again" }).count()).toBe(1);
  });

  it("a stream that breaks off leaves nothing running", async () => {
    await using made = await open();
    made.answers.push([["tool_call", { id: "1", name: "search_issues", arguments: {}, changes: false }]]);
    await ask(made.page, "What broke?");
    await made.page.getByText("The connection broke off").first().waitFor();
    expect(await made.page.locator(".tool-state").innerText()).toBe("stopped");
  });

  it("offline is said, the question is kept, and asked again when the person wants", async () => {
    await using made = await open();
    await made.context.setOffline(true);
    await made.page.getByText("You are offline").waitFor();
    made.answers.push((route) => route.abort("internetdisconnected"), said("Back."));
    await ask(made.page, "What broke?");
    await made.page.locator(".failure").getByText("There is no connection").waitFor();
    await made.context.setOffline(false);
    await made.page.getByText("You are offline").waitFor({ state: "hidden" });
    await made.page.getByRole("button", { name: "Try again" }).click();
    await made.page.getByText("Back.").first().waitFor();
    expect(made.complaints.filter((line) => !/ERR_INTERNET_DISCONNECTED/.test(line))).toEqual([]);
  });

  it("a stopped answer can be had again", async () => {
    await using made = await open();
    made.answers.push(() => {}, said("Here."));
    await ask(made.page, "What broke?");
    await made.page.getByRole("button", { name: "Stop" }).click();
    await made.page.locator(".failure").getByText("Stopped.").waitFor();
    await made.page.getByRole("button", { name: "Try again" }).click();
    await made.page.getByText("Here.").first().waitFor();

    made.answers.push(() => {});
    await ask(made.page, "And now?");
    await question(made.page).press("Escape");
    await made.page.locator(".failure").getByText("Stopped.").waitFor();
  });

  it("without a model it says how an operator adds one, and suggests commands", async () => {
    await using made = await open();
    made.status = { ...SIGNED_IN, model: undefined };
    await made.page.reload();
    await made.page.getByText("LLM_API_KEY").waitFor();
    expect(await made.page.getByRole("list", { name: "Suggestions" }).innerText()).toMatch(/\/tools\s+\/whoami\s+\/help/);
  });
});

describe("a sign-in", () => {
  it("where no window may be opened goes on in this one, and so does the question", async () => {
    await using made = await open();
    made.status = SIGNED_OUT;
    await made.page.addInitScript(() => void (window.open = () => null));
    await made.page.reload();
    await made.context.route("**/api/auth/authorize", (route) => {
      made.status = SIGNED_IN;
      return route.fulfill({ status: 302, headers: { location: "/" } });
    });
    await made.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    made.answers.push(said("Signed in and answered."));
    await ask(made.page, "What broke?");
    await made.page.getByText("Signed in and answered.").first().waitFor();
    expect(made.asked[0]!.messages).toEqual([{ role: "user", content: "What broke?" }]);
    await made.page.reload();
    await made.page.waitForTimeout(200);
    expect(made.asked).toHaveLength(1);
  });

  // rule: chat-page/sign-in-window
  it.each([
    ["denied", "You did not allow it"],
    ["expired", "took too long"],
    ["failed", "did not work"],
    ["<img src=x>", "did not work"],
  ])("that came back as %s is said, and the address is clean", async (how, words) => {
    await using made = await open();
    made.status = SIGNED_OUT;
    await made.page.goto(`${worker.origin}/?sign-in=${encodeURIComponent(how)}`);
    await made.page.locator(".failure").getByText(words).waitFor();
    expect(made.page.url()).toBe(`${worker.origin}/`);
    await made.page.getByRole("button", { name: "Sign in again" }).waitFor();
    expect(made.complaints).toEqual([]);
  });

  // rule: chat-page/session-that-ends
  it("that ended in the middle keeps the conversation, and the question goes on in one tab only", async () => {
    await using made = await open();
    const { page, answers, context } = made;
    answers.push([...called("1", "search_issues", {}, "found"), ...said("Before.")], refused(401, "session_expired"), said("After."));
    const other = await context.newPage();
    await other.goto(`${worker.origin}/`);
    await ask(page, "One?");
    await settled(page);
    made.status = SIGNED_OUT;
    await ask(page, "Two?");
    await page.locator(".failure").getByText("Your session has ended").waitFor();
    made.status = SIGNED_IN;
    // What the window of the sign-in does.
    const popup = await context.newPage();
    await popup.goto(`${worker.origin}/?signed-in=popup`).catch(() => {});
    await page.getByText("After.").first().waitFor();
    await other.getByText("After.").first().waitFor();
    expect(made.asked).toHaveLength(3);
    expect(made.asked[2]!.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "user"]);
  });

  // rule: chat-page/session-that-ends
  it("of somebody else does not show them what the person before was told, nor asks it for them", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(said("For Ada only."), refused(401, "session_expired"));
    await ask(page, "One?");
    await settled(page);
    await ask(page, "Two?");
    await page.locator(".failure").waitFor();
    made.status = { ...SIGNED_IN, user: { name: "Grace" } };
    const popup = await made.context.newPage();
    await popup.goto(`${worker.origin}/?signed-in=popup`).catch(() => {});
    await page.getByText("Grace").waitFor();
    expect(await page.getByText("For Ada only.").count()).toBe(0);
    expect(await page.evaluate(() => localStorage.getItem("sentry-mcp-chat"))).toBe(null);
    expect(asked).toHaveLength(2);
  });

  // rule: chat-page/every-tab
  it("ends everywhere at once, and takes the conversation along", async () => {
    await using made = await open();
    const { page, context } = made;
    await context.route("**/api/auth/logout", (route) => {
      made.status = SIGNED_OUT;
      return route.fulfill({ status: 204 });
    });
    const other = await context.newPage();
    await other.goto(`${worker.origin}/`);
    await ask(page, "What broke?");
    await settled(page);
    await other.locator(".from-person").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    for (const tab of [page, other]) {
      await tab.getByRole("button", { name: "Sign in with Sentry" }).waitFor();
      expect(await tab.locator(".from-person").count()).toBe(0);
    }
    expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  });
});
