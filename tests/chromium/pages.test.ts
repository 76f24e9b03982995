// Every page as people meet it: in both themes, wide and narrow, enlarged, with a screen reader, without motion, in the
// system's own colours, with names that nobody planned for. No page says a word on the console or asks another origin.
// file rule: authorization/accessible-pages: pages for everybody: screen reader, both themes, the system's colours, no
//    motion, 320 px, 200 %, keyboard, nothing shifts [WCAG 2.2 AA]
// file rule: chat-page/for-everybody
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OF_COLOURS, violations } from "../support/axe.ts";
import { startBrowser } from "../support/browser.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, type Registered, authorizationUrl, register } from "../support/oauth.ts";
import { but, watched } from "../support/watched.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  [sentry, browser] = await Promise.all([startDemoSentry(), startBrowser()]);
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop(), browser?.close()]));

let published = 0;
const publish = (change: Record<string, unknown> = {}, host = "editor.example"): Registered => {
  const client_id = `https://app${++published}.${host}/oauth/client.json`;
  documents.set(client_id, { body: { client_id, client_name: "Example Editor", redirect_uris: [REDIRECT_URI], ...change } });
  return { client_id, redirect_uris: (change.redirect_uris as string[] | undefined) ?? [REDIRECT_URI] };
};
const consent = (client: Registered, changed = {}) => authorizationUrl(worker, client, changed).href;
const scheme = "editor.example:/cb";

const pressing = (name: string) => (page: Page) => page.getByRole("button", { name }).click();
/** A client that calls itself something else once its page is open. */
let rename = () => {};
const changing = () => {
  const client = publish({ client_name: "Before" });
  const say = (client_name: string) =>
    documents.set(client.client_id, { headers: { "cache-control": "no-store" }, body: { client_id: client.client_id, client_name, redirect_uris: [REDIRECT_URI] } });
  say("Before");
  rename = () => void say("After");
  return client;
};

/** Each page with a sentence of it, its status, and what leads to it from its address. */
const pages: [name: string, address: () => Promise<string> | string, words: string, status: number, act?: (page: Page) => Promise<void>][] = [
  ["consent for a document", () => consent(publish()), "Verified", 200],
  ["consent for a registration", async () => consent(await register(worker)), "Nobody has verified", 200],
  ["consent for a document where anybody can publish", () => consent(publish({ redirect_uris: ["https://bob.gitlab.io/cb"] }, "pages.dev")), "Anybody can publish on gitlab.io", 200],
  ["consent for a document at another port", () => consent(publish({}, "editor.example:8443")), "editor.example:8443", 200],
  ["consent for a document with pages about itself", () => consent(publish({ client_uri: "https://other.example/", policy_uri: `https://legal.example/${"a".repeat(170)}` })), "Privacy policy on legal.example", 200],
  ["consent with a warning", () => consent(publish({ redirect_uris: ["https://other.example/cb"] })), "which asks", 200],
  ["consent for an application's own scheme", () => consent(publish({ redirect_uris: [scheme] })), "links", 200],
  ["leaving, after a no", () => consent(publish({ redirect_uris: [scheme] })), "You can close this window", 200, pressing("Deny")],
  ["consent that has changed", () => consent(changing()), "called itself", 200, pressing("Approve")],
  ["a request that is refused, of an application with its own scheme", () => consent(publish({ redirect_uris: [scheme] }), { response_type: "token" }), "Open the application for", 400],
  ["a request that is refused, of a site", async () => consent(await register(worker, { redirect_uris: ["https://client.example/cb"] }), { scope: "x" }), "Go to client.example", 400],
  ["a redirect URI that is nobody's to have", () => consent(publish({ redirect_uris: ["myapp:/cb", REDIRECT_URI] }), { redirect_uri: "myapp:/cb" }), "may not go to such an address", 400],
  ["an unknown client", () => consent({ client_id: "gone", redirect_uris: [REDIRECT_URI] }), "no longer know", 400],
  ["a document that is wrong", () => consent(publish({ client_secret: "s" })), "Check every rule", 400],
  ["a redirect URI that is nobody's", () => consent(publish(), { redirect_uri: "https://other.example/" }), "unknown address", 400],
  ["a return that is not ours", () => `${worker.origin}/oauth/callback?state=x`, "not ours", 400],
  ["a return after too long a denial", () => `${worker.origin}/oauth/callback?state=x&error=access_denied`, "did not allow it at Sentry", 400],
  ["no such page", () => `${worker.origin}/nowhere`, "no such page", 404],
  ["a check, to begin with", () => `${worker.origin}/oauth/check`, "Check a client", 200],
  ["a check of a good document", () => `${worker.origin}/oauth/check?client_id=${publish().client_id}`, "rules hold", 200],
  ["a check of a broken document", () => `${worker.origin}/oauth/check?client_id=${publish({ client_name: "" }).client_id}`, "is broken", 200],
  ["the endpoint", () => `${worker.origin}/mcp/lighthouse-books?readonly=1&all=1`, "for your coding agent", 200],
  ["the endpoint with a parameter that means nothing", () => `${worker.origin}/mcp?skills=everything`, "no such skill", 200],
  ["tools", () => `${worker.origin}/tools?q=slow+queries`, "the likeliest first", 200],
  ["home", () => `${worker.origin}/`, "Sentry for your coding agent", 200],
];

/** What is in the address of a check is looked at when a person presses the button. */
const open = async (page: Page, address: string, options?: Parameters<Page["goto"]>[1]) => {
  const response = await page.goto(address, options);
  if (!address.includes("/oauth/check?")) return response;
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST");
  await page.getByRole("button", { name: "Check" }).click();
  const answer = await answered;
  await page.waitForLoadState();
  return answer;
};

const overflows = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

/** How far anything moved since the page began to be painted, and for a fifth of a second from now. */
const shift = (page: Page) =>
  page.evaluate(async () => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { value: number }[]) sum += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    await new Promise((resolve) => setTimeout(resolve, 200));
    return sum;
  });

describe.each(pages)("(%s)", (_, address, words, status, act) => {
  const arrive = async (page: Page, options?: Parameters<Page["goto"]>[1]) => {
    const response = await open(page, await address(), options);
    if (!act) return response?.status();
    rename();
    const [next] = await Promise.all([page.waitForResponse((answer) => answer.request().method() === "POST"), act(page)]);
    await page.getByText(words).first().waitFor();
    return next.status();
  };

  // One visit for all of it: a page and its window take longer than everything that is asked of them.
  it("is clear to everybody in both themes, fits from 320 px to wide, stays where it was painted, and asks nobody else", async () => {
    await using seen = await watched(browser, [worker.origin], { colorScheme: "light", viewport: { width: 375, height: 667 } });
    const { page } = seen;
    expect(await arrive(page, { waitUntil: "load" })).toBe(status);
    expect(await shift(page), "moved after the first paint").toBe(0);
    expect(await page.innerText("main")).toContain(words);
    expect(await page.evaluate(() => document.querySelectorAll("h1").length)).toBe(1);
    expect(await violations(page), "in light").toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, OF_COLOURS), "in dark").toEqual([]);
    // 200 % on a laptop is a viewport of half its size.
    for (const [width, height] of [[320, 568], [375, 667], [640, 400], [1280, 800], [2560, 1440]] as const) {
      await page.setViewportSize({ width, height });
      expect(await overflows(page), `${width} px`).toBe(false);
    }
    // That Chromium has no program for the scheme is its own affair.
    expect(but(seen.complaints, status).filter((line) => !line.includes(scheme))).toEqual([]);
  });
});

/** Whether all of an element is to be seen without scrolling, with nothing on it. */
const inView = (page: Page, selector: string) =>
  page.evaluate((found) => {
    const element = document.querySelector(found)!;
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const hit = document.elementFromPoint((left + right) / 2, bottom - 2);
    return top >= 0 && bottom <= innerHeight && left >= 0 && right <= innerWidth && (element.contains(hit) || hit!.contains(element));
  }, selector);

describe("on a phone", () => {
  const long = "Ein ausgesprochen langer Name einer Anwendung, an dem nichts zu kürzen ist, wirklich nichts";
  const rtl = "مساعد البرمجة الذكي للفريق كله مع اسم طويل جدا حتى يملأ السطر";
  // rule: authorization/seen-together-on-phone: name, destination, Approve and Deny are seen together on a phone
  it.each([
    [375, 667, "Example Editor", [REDIRECT_URI]],
    [375, 667, long, ["https://other.example/oauth/callback"]],
    [375, 667, rtl, [REDIRECT_URI]],
    [320, 568, "Example Editor", [REDIRECT_URI]],
    [320, 568, rtl, [REDIRECT_URI]],
    [375, 667, "W".repeat(200), [`https://other.example/${"deep/".repeat(380)}`]],
  ])("at %i x %i px “%s” is seen with where the answer goes, Approve and Deny", async (width, height, client_name, redirect_uris) => {
    await using seen = await watched(browser, [worker.origin], { viewport: { width, height } });
    for (const client of [publish({ client_name, redirect_uris }), await register(worker, { client_name, redirect_uris })]) {
      await seen.page.goto(consent(client));
      for (const selector of ["h1", ".fact:nth-of-type(2) strong", 'button[value="approve"]', 'button[value="deny"]']) {
        expect(await inView(seen.page, selector), `${selector} of ${client.client_id}`).toBe(true);
      }
    }
    expect(seen.complaints).toEqual([]);
  });

  it.each([[320, 568], [360, 640], [390, 664]])("at %i x %i px no name and no host is so long that the host's end is out of view", async (width, height) => {
    await using seen = await watched(browser, [worker.origin], { viewport: { width, height } });
    const label = "w".repeat(60);
    for (const host of ["evil.example", `claude.ai.${label}.${label}.${label}.evil.example`]) {
      const client = await register(worker, { client_name: "W".repeat(80), redirect_uris: [`https://${host}/cb`] });
      await seen.page.goto(consent(client));
      for (const selector of ["h1", ".goes strong", 'button[value="approve"]', 'button[value="deny"]']) {
        expect(await inView(seen.page, selector), `${selector} of ${host}`).toBe(true);
      }
      expect(await seen.page.locator(".goes strong").textContent()).toMatch(/evil\.example$/);
    }
  });

  it("whoever reaches a box with the keyboard sees it, though the buttons stay in view", async () => {
    await using seen = await watched(browser, [worker.origin], { viewport: { width: 375, height: 667 } });
    await seen.page.goto(consent(publish()));
    for (let steps = 0; steps < 8; steps++) {
      await seen.page.keyboard.press("Tab");
      const hidden = await seen.page.evaluate(() => {
        const focused = document.activeElement!;
        if (focused === document.body) return "";
        const { left, top, bottom } = focused.getClientRects()[0]!;
        const hit = document.elementFromPoint(left + 4, (top + bottom) / 2);
        return hit && focused.contains(hit) ? "" : focused.outerHTML;
      });
      expect(hidden).toBe("");
    }
  });

  it("the button bar lies over nothing where there is hardly any height", async () => {
    await using seen = await watched(browser, [worker.origin], { viewport: { width: 320, height: 256 } });
    await seen.page.goto(consent(publish()));
    expect(await seen.page.evaluate(() => getComputedStyle(document.querySelector(".actions")!).position)).toBe("static");
  });
});

describe("what the system asks for", () => {
  it("its own colours: every button has an edge, every box is there, and what changes data is still another", async () => {
    await using seen = await watched(browser, [worker.origin], { forcedColors: "active" });
    await seen.page.goto(consent(publish()));
    const styles = await seen.page.evaluate(() => {
      const style = (selector: string) => getComputedStyle(document.querySelector(selector)!);
      return {
        buttons: ["approve", "deny"].map((value) => style(`button[value="${value}"]`).borderTopStyle),
        changing: style(".changing").borderLeftStyle,
        reading: style(".choices").borderLeftStyle,
      };
    });
    expect(styles).toEqual({ buttons: ["solid", "solid"], changing: "double", reading: "none" });
    expect(await violations(seen.page)).toEqual([]);
  });

  it("no motion: nothing moves", async () => {
    await using seen = await watched(browser, [worker.origin], { reducedMotion: "reduce" });
    await seen.page.goto(consent(publish()));
    const moving = await seen.page.evaluate(() =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== "0s" || animationName !== "none";
      }).length,
    );
    expect(moving).toBe(0);
  });

  it("more contrast: small print as dark as the rest, and edges that are seen", async () => {
    await using seen = await watched(browser, [worker.origin], { colorScheme: "light", contrast: "more" });
    await seen.page.goto(consent(publish()));
    const [text, small, edge] = await seen.page.evaluate(() => {
      const style = (selector: string) => getComputedStyle(document.querySelector(selector)!);
      return [style("h1").color, style(".quiet").color, style('button[value="deny"]').borderTopColor];
    });
    expect([small, edge]).toEqual([text, text]);
  });
});

// rule: authorization/copied-for-developer: what a developer needs of a problem is one text, which a button copies
describe("an error page", () => {
  it("names the application and redirect_uri, and its button copies the developer's part", async () => {
    await using seen = await watched(browser, [worker.origin], { permissions: ["clipboard-read", "clipboard-write"] });
    const { page } = seen;
    await page.goto(consent(publish({ client_name: "Cursor" }), { redirect_uri: "https://other.example/" }));
    const region = page.getByRole("region", { name: "For the developer of “Cursor”" });
    const text = await region.innerText();
    expect(text).toContain("redirect_uri: https://other.example/\nregistered redirect_uri: ");
    expect(text).toMatch(/Request ID: [0-9a-f]{16}$/);
    await region.focus();
    expect(await region.evaluate((part) => part === document.activeElement)).toBe(true);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
  });

  // rule: authorization/strict-headers
  it("runs page.js and no other file of ours", async () => {
    await using seen = await watched(browser, [worker.origin]);
    const { page } = seen;
    await page.goto(consent(publish(), { redirect_uri: "https://other.example/" }));
    await page.getByRole("button", { name: "Copy" }).waitFor();
    const ran = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const other = Object.assign(document.createElement("script"), { onload: () => resolve("ran"), onerror: () => resolve("refused") });
          try {
            other.src = "/chat.js";
          } catch {
            // A trusted script URL is what `trusted-types` lets nobody make.
            return resolve("refused");
          }
          document.head.append(other);
        }),
    );
    expect(ran).toBe("refused");
    seen.complaints.length = 0;
  });

  it("of no page leads home", async () => {
    await using seen = await watched(browser, [worker.origin]);
    await seen.page.goto(`${worker.origin}/nowhere`);
    await seen.page.getByRole("link", { name: "First page" }).click();
    await seen.page.waitForURL(`${worker.origin}/`);
    seen.complaints.length = 0;
  });
});

describe("the consent page", () => {
  it("says what is left without Inspect, and that Seer starts something", async () => {
    await using seen = await watched(browser, [worker.origin]);
    const { page } = seen;
    await page.goto(consent(publish()));
    const left = page.getByText("Without Inspect it still reads issues and their events");
    expect(await left.isVisible()).toBe(false);
    await page.getByRole("checkbox", { name: "Inspect" }).uncheck();
    expect(await left.isVisible()).toBe(true);
    expect(await page.locator(".choice", { hasText: "Seer" }).getByText("starts an analysis").count()).toBe(1);
    expect(await page.getByRole("group", { name: "What it may read or start" }).count()).toBe(1);
  });

  it("shows what changes data apart from what reads, and not by colour alone", async () => {
    await using seen = await watched(browser, [worker.origin]);
    await seen.page.goto(consent(publish()));
    const changing = seen.page.getByRole("group", { name: "What it may change" });
    expect(await changing.getByRole("checkbox").count()).toBe(2);
    expect(await changing.getByText("changes data").count()).toBe(2);
    const reading = seen.page.getByRole("group", { name: "What it may read" });
    expect(await reading.getByRole("checkbox").count()).toBe(2);
    expect(await reading.getByText("changes data").count()).toBe(0);
  });

  it("gives a verified site a form that no name can take", async () => {
    await using seen = await watched(browser, [worker.origin]);
    const spoof = "✓ claude.ai Verified";
    await seen.page.goto(consent(await register(worker, { client_name: spoof })));
    expect(await seen.page.locator(".identity, .seal").count()).toBe(0);
    expect(await seen.page.locator("bdi").allInnerTexts()).toEqual([spoof]);
    const client = publish({ client_name: spoof });
    await seen.page.goto(consent(client));
    expect(await seen.page.locator(".seal").innerText()).toBe(new URL(client.client_id).host);
  });

  // rule: clients/shared-hosting-unverified
  it("gives no such form to a site on which anybody can publish", async () => {
    await using seen = await watched(browser, [worker.origin]);
    await seen.page.goto(consent(publish({}, "github.io")));
    expect(await seen.page.locator(".identity, .seal").count()).toBe(0);
    expect(await seen.page.innerText("main")).not.toContain("Verified");
    expect(await seen.page.getByText("Anybody can publish on github.io").count()).toBe(1);
  });

  it("is 30 KB with its styles", async () => {
    const html = await (await worker.fetch(consent(publish()))).text();
    const css = await (await worker.fetch("/style.css")).text();
    expect(Buffer.byteLength(css)).toBeLessThanOrEqual(20 * 1024);
    expect(Buffer.byteLength(html) + Buffer.byteLength(css)).toBeLessThanOrEqual(30 * 1024);
  });
});
