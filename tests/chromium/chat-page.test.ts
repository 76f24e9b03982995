// The chat's page, with answers made up: what it shows of them, to whom, and what it never does.
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { type Event, SENTRY, SIGNED_IN, SIGNED_OUT, ask, asks, called, choose, conversation, madeUp, question, refused, said, settled, spoken, stream } from "../support/made-up.ts";
import { but } from "../support/watched.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  [worker, browser] = await Promise.all([startWorker({ sentry: SENTRY }), startBrowser()]);
});
afterAll(() => Promise.all([worker?.stop(), browser?.close()]));

const open = (options = {}) => madeUp(browser, worker.origin, options);

/** A bit of everything. */
const FULL: Event[] = [
  ["text", { delta: "I look." }],
  ...called("1", "search_issues", { query: "is:unresolved" }, "# Issues\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n```python\ndef f(): return 'x' # y\n```\n\n- [x] done"),
  ["tool_call", { id: "2", name: "execute_sentry_tool", target: "find_dsns", arguments: { name: "find_dsns", arguments: { projectSlug: "checkout" } }, changes: false }],
  ["tool_result", { id: "2", is_error: true, text: "Sentry answered 503." }],
  ["text", { delta: `It is **CHECKOUT-1**, see [it](${SENTRY}/issues/1/).` }],
];
const RESOLVE = { issueId: "CHECKOUT-1", status: "resolved" };

/** The first paragraph of the last answer as it stands on the screen: sign by sign from the left, line by line. */
const onScreen = (page: Page) =>
  page.locator(".answer p").last().evaluate((paragraph) => {
    const signs: { sign: string; top: number; left: number }[] = [];
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (let at = 0; at < node.textContent!.length; at++) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { bottom, left, width } = range.getBoundingClientRect();
        if (width > 0) signs.push({ sign: node.textContent![at]!, top: Math.round(bottom / 12), left });
      }
    }
    return signs.sort((a, b) => a.top - b.top || a.left - b.left).map(({ sign }) => sign).join("");
  });

// rule: chat-page/for-everybody: for everybody: axe, keyboard, screen reader, 320 px, themes, colours, motion, no
//    shift, no scripts
describe("for everybody", () => {
  it.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 375],
    ["dark", 320],
  ] as const)("a whole conversation is clear in %s at %i px", async (colorScheme, width) => {
    await using made = await open({ colorScheme, viewport: { width, height: 700 } });
    const { page, answers } = made;
    answers.push([...FULL, ["done", { reason: "steps", steps: 10 }]], asks("3", RESOLVE), [["tools", { tools: [{ name: "update_issue", title: "Update issue", description: "Changes `it`.", read_only: false }] }], ["done", { reason: "answer", steps: 0 }]], refused(429, "rate_limited", { "retry-after": "30" }));
    expect(await violations(page)).toEqual([]);
    for (const typed of ["What broke?", "Resolve it", "/tools", "/help", "/whoami"]) {
      await ask(page, typed);
      await settled(page);
    }
    for (const summary of await page.locator("details summary").all()) await summary.click();
    await page.getByRole("alert").or(page.getByLabel("Organization")).first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(await page.locator(".chat").evaluate((chat) => [...chat.querySelectorAll("*:not(pre, code, .unseen, .unseen *)")].filter((one) => one.getBoundingClientRect().right > chat.getBoundingClientRect().right + 1).length)).toBe(0);
    expect(but(made.complaints, 429)).toEqual([]);
  });

  // rule: chat-page/change-approved-once
  it("with the keyboard alone a question is asked, and a change is approved by no key that was meant for the question", async () => {
    await using made = await open();
    const { page, answers, asked } = made;
    answers.push(asks("1", RESOLVE), [["tool_call", { id: "1", name: "update_issue", arguments: RESOLVE, changes: true }], ["tool_result", { id: "1", is_error: false, text: "Done." }], ...said("Resolved.")]);
    await question(page).focus();
    await page.keyboard.type("Resolve");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("it");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    const card = page.getByRole("region", { name: "Change this in your Sentry?" });
    await card.waitFor();
    await settled(page);
    expect(asked[0]!.messages).toEqual([{ role: "user", content: "Resolve\nit" }]);
    expect(await card.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Space");
    expect(asked).toHaveLength(1);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    for (let steps = 0; steps < 5 && (await focused()) !== "Approve"; steps++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Resolved.").first().waitFor();
    expect(asked[1]).toMatchObject({ approved: ["1"], declined: [] });
    expect(await question(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("a screen reader hears what is done and how it ends, not every word", async () => {
    await using made = await open();
    const { page, answers } = made;
    await page.evaluate(() => {
      const heard: string[] = ((window as unknown as { heard: string[] }).heard = []);
      const region = document.querySelector(".chat > [role=status]")!;
      new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    });
    answers.push([...called("1", "search_issues", {}, "x"), ...said("It ", "is ", "CHECKOUT-1.")], asks("2", RESOLVE));
    await ask(page, "What broke?");
    await settled(page);
    expect(await spoken(page).innerText()).toBe("It is CHECKOUT-1.");
    const heard = await page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard).not.toContain("It is ");
    await ask(page, "Resolve it");
    await settled(page);
    expect(await spoken(page).innerText()).toContain("Approve or decline it");
    expect(await conversation(page).evaluate((log) => log.closest("[aria-live]") ?? log.querySelector("li [aria-live]:not(button *)"))).toBe(null);
  });

  it("without motion nothing moves, and the system's own colours leave every edge", async () => {
    await using made = await open({ reducedMotion: "reduce", forcedColors: "active" });
    const { page, answers } = made;
    answers.push(asks("1", RESOLVE), () => {});
    await ask(page, "Resolve it");
    await settled(page);
    expect(await page.locator(".confirm").evaluate((card) => getComputedStyle(card).borderLeftStyle)).toBe("double");
    await ask(page, "Something else");
    await page.getByRole("button", { name: "Stop" }).waitFor();
    const moving = await page.evaluate(() => document.getAnimations().length);
    expect(moving).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it("without scripts it is the page with a link to sign in", async () => {
    await using made = await madeUpWithoutScripts();
    expect(await made.page.getByRole("link", { name: "Sign in with Sentry" }).getAttribute("href")).toBe("/api/auth/authorize");
    expect(await made.page.getByRole("heading", { name: "Claude Code" }).count()).toBe(1);
    expect(made.complaints).toEqual([]);
  });

  it.each([
    ["a conversation is there from before", SIGNED_IN, true],
    ["somebody is signed in", SIGNED_IN, false],
    ["nobody is", SIGNED_OUT, false],
  ])("nothing moves when %s", async (_, status, before) => {
    await using made = await open({ viewport: { width: 375, height: 667 } });
    made.answers.push([...FULL, ["done", { reason: "answer", steps: 2 }]]);
    if (before) await ask(made.page, "What broke?");
    await settled(made.page);
    made.status = status;
    await made.page.reload({ waitUntil: "load" });
    const shift = await made.page.evaluate(async () => {
      let sum = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as unknown as { value: number }[]) sum += entry.value;
      }).observe({ type: "layout-shift", buffered: true });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return sum;
    });
    expect(shift).toBe(0);
    expect((await made.page.getByText("CHECKOUT-1").count()) > 0).toBe(before);
  });
});

async function madeUpWithoutScripts() {
  const { watched } = await import("../support/watched.ts");
  const seen = await watched(browser, [worker.origin], { javaScriptEnabled: false });
  await seen.page.goto(`${worker.origin}/`);
  return seen;
}

describe("what strangers write", () => {
  const HOSTILE = [
    '<img src="https://evil.example/a.png" onerror="alert(1)"> ![x](https://evil.example/b.png?secret)',
    "[sign in again](https://evil.example/login) [x](javascript:alert(1)) <script>alert(1)</script>",
    '<style>body{display:none}</style> <a href="https://evil.example">y</a> <meta http-equiv="refresh" content="0;url=https://evil.example">',
    `[fine](${SENTRY}/issues/1/) [same look](${SENTRY}@evil.example/)`,
    "```html\n<iframe src=https://evil.example></iframe>\n```",
  ].join("\n\n");

  // rule: chat-page/words-drawn-not-parsed: words of strangers are drawn, never parsed as HTML; no image; links to
  //    known pages of Sentry only, their address beside them
  it("in answers, results and arguments loads nothing, runs nothing, and links to Sentry only", async () => {
    await using made = await open();
    const { page, answers } = made;
    answers.push([...called("1", "search_issues", { query: HOSTILE }, HOSTILE), ...said(HOSTILE)]);
    await ask(page, HOSTILE);
    await settled(page);
    await page.locator("details.tool summary").click();
    const chat = page.locator(".chat");
    expect(await chat.locator("img, script, style, iframe, meta, object, svg").count()).toBe(0);
    const links = await chat.locator(".talk a").evaluateAll((all) => all.map((link) => [link.getAttribute("href"), link.getAttribute("rel"), link.getAttribute("target")]));
    expect(links).toEqual(Array(2).fill([`${SENTRY}/issues/1/`, "noopener noreferrer", "_blank"]));
    expect(await page.isVisible("h1")).toBe(true);
    // The policy was never in need, and nothing was asked of anybody else.
    expect(made.complaints).toEqual([]);
  });

  // rule: chat-page/script-of-ours-only
  it("could not become HTML if this page tried", async () => {
    await using made = await open();
    const tried = await made.page.evaluate(() => {
      try {
        document.createElement("div").innerHTML = "<img>";
        return "done";
      } catch (error) {
        return (error as Error).name;
      }
    });
    expect(tried).toBe("TypeError");
  });

  // rule: chat-page/change-approved-once
  it("in what would be changed is shown sign for sign", async () => {
    await using made = await open();
    const SHOWN = '{\n  "z": 12345678901234567890,\n  "note": "fine\\u202e\\u200b<b>"\n}';
    made.answers.push(asks("1", JSON.parse(SHOWN), "update_issue", SHOWN));
    await ask(made.page, "Note it");
    await settled(made.page);
    // The server's words (crates/approval), and not the page's own reading of the arguments.
    expect(await made.page.locator(".confirm pre").innerText()).toBe(SHOWN);
    made.answers.push(said("Noted."));
    await made.page.getByRole("button", { name: "Approve" }).click();
    await made.page.getByText("Noted.").first().waitFor();
    const sent = made.asked[1]!.messages.at(-1) as unknown as { tool_calls: { function: { arguments: string } }[] };
    expect(sent.tool_calls[0]!.function.arguments, "what was shown is what is agreed to").toBe(SHOWN);
  });

  // rule: chat-page/change-approved-once
  it("in what would be changed cannot push the end out of sight: nobody approves before it was there", async () => {
    await using made = await open({ viewport: { width: 1280, height: 700 } });
    const { page, answers, asked } = made;
    const shown = `{\n  "text": "${"padding ".repeat(400)}",\n  "all": true\n}`;
    const padded = asks("1", {}, "update_issue", shown);
    answers.push(padded, padded, asks("2", RESOLVE), said("Done."));
    await ask(page, "Note it");
    await settled(page);
    const [approve, box] = [page.getByRole("button", { name: "Approve" }), page.locator(".confirm pre")];
    expect(await approve.isDisabled()).toBe(true);
    expect(await page.locator(".confirm .more").innerText()).toContain("characters in all. Read to the end");
    await approve.click({ force: true });
    await box.evaluate((pre) => pre.scrollTo(0, pre.scrollHeight / 2));
    await page.waitForTimeout(100);
    expect(await approve.isDisabled()).toBe(true);
    await box.focus();
    await page.keyboard.press("End");
    await expect.poll(() => approve.isDisabled()).toBe(false);
    expect(await page.locator(".confirm .more").count()).toBe(0);
    expect(await violations(page)).toEqual([]);

    // Without scrolling: all of it, and the buttons below it.
    await ask(page, "Again");
    await settled(page);
    expect(await approve.isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Show all of it" }).click();
    expect(await approve.isDisabled()).toBe(false);
    const [end, button] = await Promise.all([box.boundingBox(), approve.boundingBox()]);
    expect(await box.evaluate((pre) => pre.scrollHeight - pre.clientHeight)).toBeLessThan(2);
    expect(button!.y).toBeGreaterThan(end!.y + end!.height - 1);

    // What fits needs nothing.
    await ask(page, "Something short");
    await settled(page);
    expect(await approve.isDisabled()).toBe(false);
    await approve.click();
    await page.getByText("Done.").first().waitFor();
    expect(asked.map(({ approved }) => approved ?? [])).toEqual([[], [], [], ["2"]]);
  });

  it.each([
    ["an override", "[see the issue\u202e](https://evil.example/moc.ertnes.emca)", "see the issue\\u{202e} (https://evil.example/moc.ertnes.emca)"],
    ["an override before it", "\u202e[see the issue](https://evil.example/moc.ertnes.emca)", "\\u{202e}see the issue (https://evil.example/moc.ertnes.emca)"],
    ["an isolate", "\u2067[see](https://evil.example/a.b)", "\\u{2067}see (https://evil.example/a.b)"],
    ["an override beside a real link", `[open\u202e](${SENTRY}/issues/1/)`, `open\\u{202e} (${SENTRY}/issues/1/)`],
    ["an override in an image", "![a\u202e](https://evil.example/a.b)", "a\\u{202e} (https://evil.example/a.b)"],
    ["an override in code", "`a\u202e` [b](https://evil.example/a.b)", "a\\u{202e} b (https://evil.example/a.b)"],
    ["letters from right to left", "[פתח](https://evil.example/a.b) שוב", "בוש (https://evil.example/a.b) חתפ"],
    ["a digit after such letters", "[פתח](1.example/a.b)", "חתפ (1.example/a.b)"],
  ])("in an answer with %s cannot turn an address round", async (_, text, drawn) => {
    await using made = await open();
    made.answers.push(said(text));
    await ask(made.page, "Where?");
    await settled(made.page);
    // Words from right to left begin at the right, with the address between them. A space has no fixed place at a seam.
    expect((await onScreen(made.page)).replaceAll(/\s/g, "")).toBe(drawn.replaceAll(/\s/g, ""));
  });

  // rule: chat-page/history
  it.each([
    ["no JSON", "{{{"],
    ["of another version", '{"version":9,"entries":[{"kind":"user","text":"old"}]}'],
    ["made up", `{"version":1,"endpoint":"https://evil.example/","entries":[{"kind":"call","id":"1","name":"update_issue","state":"approved","arguments":{"x":1},"changes":true},{"kind":"answer","text":"<img src=x onerror=alert(1)>"},{"kind":"failure","text":7}]}`],
  ])("in the storage, %s, does nothing by itself", async (_, stored) => {
    await using made = await open();
    await made.page.evaluate((text) => localStorage.setItem("sentry-mcp-chat", text), stored);
    await made.page.reload();
    await question(made.page).waitFor();
    await made.page.waitForTimeout(200);
    expect(made.asked).toEqual([]);
    made.answers.push(said("Fine."));
    await ask(made.page, "Still there?");
    await made.page.getByText("Fine.").first().waitFor();
    expect(made.asked[0]!.endpoint).toBe("/mcp");
    expect(made.complaints).toEqual([]);
  });
});

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
