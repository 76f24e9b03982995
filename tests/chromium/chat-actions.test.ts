// The chat's page with made-up answers: what a person can do there, and changes that wait for an approval.
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { SENTRY, SIGNED_IN, SIGNED_OUT, ask, asks, called, choose, madeUp, refused, said, settled, spoken, stream } from "../support/made-up.ts";
import { but } from "../support/watched.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker({ sentry: SENTRY }), startBrowser()]);
});
afterAll(() => Promise.all([worker?.stop(), browser?.close()]));

const open = (options = {}) => madeUp(browser, worker.origin, options);

const RESOLVE = { issueId: "CHECKOUT-1", status: "resolved" };

describe("what one can do", () => {
  // rule: chat-page/change-approved-once
  it("decline: the server hears it, and nothing is sent of an approval", async () => {
    await using made = await open();
    made.answers.push(asks("1", RESOLVE), [["tool_result", { id: "1", is_error: true, text: "The person declined." }], ...said("As you wish.")]);
    await ask(made.page, "Resolve it");
    await made.page.getByRole("button", { name: "Decline" }).click();
    await made.page.getByText("As you wish.").first().waitFor();
    expect(made.asked[1]).toMatchObject({ approved: [], declined: ["1"] });
    expect(await made.page.locator(".tool-state").innerText()).toBe("declined");
  });

  // rule: chat-page/change-approved-once
  it("decide on two changes one after the other, and both are sent together", async () => {
    await using made = await open();
    made.answers.push([...asks("1", RESOLVE).slice(0, 2), ...asks("2", { ...RESOLVE, issueId: "CHECKOUT-2" })], said("Both."));
    await ask(made.page, "Resolve both");
    await settled(made.page);
    await made.page.getByRole("button", { name: "Approve" }).first().click();
    expect(made.asked).toHaveLength(1);
    await made.page.getByRole("button", { name: "Decline" }).click();
    await made.page.getByText("Both.").first().waitFor();
    expect(made.asked[1]).toMatchObject({ approved: ["1"], declined: ["2"] });
  });

  // rule: chat-page/commands: commands, endpoint, copy, clear, try again
  it("use commands without a model's help", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push([["tools", { tools: [{ name: "whoami", description: "Says who.", read_only: true }] }], ["done", { reason: "answer", steps: 0 }]]);
    await ask(page, "/tools");
    await page.getByText("Says who.").waitFor();
    answers.push(asks("call", { issueId: "A-1" }), [...called("call", "update_issue", { issueId: "A-1" }, "Changed."), ["done", { reason: "answer", steps: 0 }]]);
    await ask(page, '/call update_issue {"issueId": "A-1"}');
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Changed.").first().waitFor();
    await ask(page, "/nonsense");
    await page.locator(".note").getByText("There is no command").waitFor();
    await ask(page, "/help");
    await page.getByText("Ask in your own words, or use a command:").first().waitFor();
    expect(asked).toEqual([
      { endpoint: "/mcp", messages: [], call: { name: "tools/list", arguments: "{}" } },
      // As it was typed, and then as it was shown.
      { endpoint: "/mcp", messages: [], call: { name: "update_issue", arguments: '{"issueId": "A-1"}' } },
      { endpoint: "/mcp", messages: [], call: { name: "update_issue", arguments: '{\n  "issueId": "A-1"\n}' }, approved: ["call"] },
    ]);
    expect(made.complaints).toEqual([]);
  });

  // rule: chat-page/commands
  it("try a command again: that command, and not the question before it", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(said("Answered."), refused(503, "temporarily_unavailable"), [...called("call", "whoami", {}, "Ada"), ["done", { reason: "answer", steps: 0 }]]);
    await ask(page, "One?");
    await settled(page);
    await ask(page, "/whoami");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("details.tool.is-done").waitFor();
    expect(asked.slice(1)).toEqual(Array(2).fill({ endpoint: "/mcp", messages: [], call: { name: "whoami", arguments: "{}" } }));
    answers.push(refused(503, "temporarily_unavailable"));
    await ask(page, "/whoami");
    await page.locator(".failure").waitFor();
    await page.reload();
    await page.locator(".failure").waitFor();
    // The command is forgotten, and the question has its answer.
    expect(await page.getByRole("button", { name: "Try again" }).count()).toBe(0);
    expect(but(made.complaints, 503)).toEqual([]);
  });

  // rule: chat-page/change-approved-once
  it("approve a command's change once: after a sign-in in between it is asked again", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(asks("call", RESOLVE), refused(401, "session_expired"), asks("call", RESOLVE));
    await ask(page, '/call update_issue {"issueId": "A-1"}');
    await page.getByRole("button", { name: "Approve" }).click();
    await page.locator(".failure").getByText("Your session has ended").waitFor();
    const popup = await made.context.newPage();
    await popup.goto(`${worker.origin}/?signed-in=popup`).catch(() => {});
    await expect.poll(() => asked.length).toBe(3);
    await settled(page);
    expect(asked[1]!.approved).toEqual(["call"]);
    expect(asked[2]!.approved).toBe(undefined);
  });

  // rule: chat-page/commands
  it("choose an endpoint, which is kept, and not a wrong one", async () => {
    await using made = await open();
    const { page, asked } = made;
    await page.getByText("Endpoint").click();
    await page.getByLabel("Project").fill("checkout");
    await page.getByRole("button", { name: "Use" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Organization").fill("Lighthouse-Books");
    await page.getByRole("button", { name: "Use" }).click();
    await ask(page, "What broke?");
    await settled(page);
    await page.reload();
    await ask(page, "And now?");
    await settled(page);
    expect(asked.map(({ endpoint }) => endpoint)).toEqual(Array(2).fill("/mcp/lighthouse-books/checkout"));
  });

  // rule: chat-page/commands
  it("copy, clear and bring back", async () => {
    await using made = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    const { page, answers } = made;
    answers.push(said("Use `a`:\n\n```js\nconst a = 1;\n```"));
    await ask(page, "How?");
    await settled(page);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.getByRole("button", { name: "Copy code" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await clipboard()).toBe("const a = 1;");
    await page.getByRole("button", { name: "Copy the answer" }).click();
    await expect.poll(clipboard).toBe("Use `a`:\n\n```js\nconst a = 1;\n```");
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await page.evaluate(() => localStorage.getItem("sentry-mcp-chat"))).toBe(null);
    await page.getByRole("button", { name: "Bring the conversation back" }).click();
    await page.reload();
    await page.getByText("const a = 1;").first().waitFor();
  });

  // rule: chat-page/history
  it("go on in two tabs that show the same", async () => {
    await using made = await open();
    const other = await made.context.newPage();
    await other.goto(`${worker.origin}/`);
    made.answers.push(said("Number one."), said("Number two."));
    await ask(made.page, "One?");
    await other.getByText("Number one.").first().waitFor();
    await ask(other, "Two?");
    await made.page.getByText("Number two.").first().waitFor();
    expect(made.asked[1]!.messages.map(({ content }) => content)).toEqual(["One?", "Number one.", "Two?"]);
    await made.page.getByRole("button", { name: "Clear" }).click();
    await other.getByText("Number one.").first().waitFor({ state: "hidden" });
  });
});

describe("a change that waits, when the endpoint changes,", () => {
  const SHOWN = { organizationSlug: "lighthouse-books", projectSlug: "checkout", name: "key" };
  const ELSEWHERE = "/mcp/lighthouse-books/shop-window";
  const approve = (page: Page) => page.getByRole("button", { name: "Approve" });
  const withdrawn = (page: Page) => page.locator("li.call").getByText("Withdrawn, since the endpoint was changed.");

  it("is withdrawn, approved or not, and the conversation goes on as if it were declined", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push([...asks("1", SHOWN, "create_dsn").slice(0, 2), ...asks("2", SHOWN, "create_dsn")], said("As you wish."), said("Fine."));
    await ask(page, "Make two keys");
    await settled(page);
    await approve(page).first().click();
    await choose(page, "lighthouse-books", "shop-window");
    await page.getByText("As you wish.").first().waitFor();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ endpoint: ELSEWHERE, approved: [], declined: ["1", "2"] });
    expect(await withdrawn(page).count()).toBe(2);
    expect(await approve(page).count()).toBe(0);
    expect(await page.locator(".tool-state").allInnerTexts()).toEqual(["withdrawn", "withdrawn"]);
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await withdrawn(page).first().waitFor();
    expect(await approve(page).count()).toBe(0);
    await ask(page, "And now?");
    await page.getByText("Fine.").first().waitFor();
    expect(asked[2]).toMatchObject({ endpoint: ELSEWHERE, approved: [], declined: [] });
    expect(made.complaints).toEqual([]);
  });

  it("is withdrawn as a command's, and nothing is sent", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(asks("call", SHOWN, "create_dsn"));
    await ask(page, `/call create_dsn ${JSON.stringify(SHOWN)}`);
    await settled(page);
    await choose(page, "lighthouse-books", "shop-window");
    await withdrawn(page).waitFor();
    expect(await spoken(page).innerText()).toContain("withdrawn");
    expect(await approve(page).count()).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("is not sent after a sign-in that its approval waited for", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(asks("call", SHOWN, "create_dsn"));
    await ask(page, `/call create_dsn ${JSON.stringify(SHOWN)}`);
    await settled(page);
    made.status = SIGNED_OUT;
    await page.addInitScript(() => void (window.open = () => ({ focus() {}, close() {}, closed: false }) as unknown as Window));
    await page.reload();
    await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
    await approve(page).click();
    await choose(page, "lighthouse-books", "shop-window");
    made.status = SIGNED_IN;
    const popup = await made.context.newPage();
    await popup.goto(`${worker.origin}/?signed-in=popup`).catch(() => {});
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    await withdrawn(page).waitFor();
    await page.waitForTimeout(200);
    expect(asked).toHaveLength(1);
  });

  it("is withdrawn when it arrives, where the answer was under way", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    let arrive = () => {};
    const chosen = new Promise<void>((resolve) => (arrive = resolve));
    const late = (route: Route) => chosen.then(() => route.fulfill({ contentType: "text/event-stream", body: stream(asks("1", SHOWN, "create_dsn")) }));
    answers.push(late, said("As you wish."));
    await ask(page, "Make a key");
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await choose(page, "lighthouse-books", "shop-window");
    arrive();
    await page.getByText("As you wish.").first().waitFor();
    expect(asked.map(({ endpoint, approved, declined }) => [endpoint, approved, declined])).toEqual([["/mcp", [], []], [ELSEWHERE, [], ["1"]]]);
    expect(await withdrawn(page).count()).toBe(1);
  });

  it("is withdrawn in every tab, and goes on in the one where it was changed", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(asks("1", SHOWN, "create_dsn"), said("As you wish."));
    await ask(page, "Make a key");
    await settled(page);
    const other = await made.context.newPage();
    await other.goto(`${worker.origin}/`);
    await approve(other).waitFor();
    await other.getByRole("button", { name: "Sign out" }).waitFor();
    await choose(other, "lighthouse-books", "shop-window");
    await withdrawn(page).waitFor();
    await page.getByText("As you wish.").first().waitFor();
    expect(await approve(page).count()).toBe(0);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ endpoint: ELSEWHERE, approved: [], declined: ["1"] });
  });
});
