// The chat's page with made-up answers: it is clear for everybody, and harmless whatever strangers write.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OF_COLOURS, violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { type Event, SENTRY, SIGNED_IN, SIGNED_OUT, ask, asks, called, conversation, madeUp, question, refused, said, settled, spoken } from "../support/made-up.ts";
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

/** Nothing stands out of the window, or of the conversation. */
const fits = (page: Page) =>
  page.evaluate(() => {
    const chat = document.querySelector(".chat")!;
    const { right } = chat.getBoundingClientRect();
    const inside = [...chat.querySelectorAll("*:not(pre, code, .unseen, .unseen *)")].every((one) => one.getBoundingClientRect().right <= right + 1);
    return inside && document.documentElement.scrollWidth <= innerWidth;
  });

// rule: chat-page/for-everybody: for everybody: axe, keyboard, screen reader, 320 px, themes, colours, motion, no
//    shift, no scripts
describe("for everybody", () => {
  // rule: chat-page/history
  it.each([
    ["light", 1280, "dark"],
    ["dark", 320, "light"],
  ] as const)("a whole conversation is clear in %s at %i px, then in %s at 375 px", async (colorScheme, width, other) => {
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
    expect(await fits(page)).toBe(true);
    await page.emulateMedia({ colorScheme: other });
    await page.setViewportSize({ width: 375, height: 700 });
    expect(await violations(page, OF_COLOURS)).toEqual([]);
    expect(await fits(page)).toBe(true);
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
