// Names and addresses that strangers chose, through every page that shows them: in the page's tree there is no element
// and no attribute that a harmless name would not give.
// file rule: authorization/strict-headers
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, type Registered, authorizationUrl } from "../support/oauth.ts";
import { but, watched } from "../support/watched.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
  worker = await startWorker({ outgoing: serveDocuments(documents) });
});
afterAll(() => Promise.all([worker?.stop(), browser?.close()]));

let published = 0;
function publish(client_name: string, redirect_uri: string, address = (n: number) => `https://client${n}.example/c.json`): Registered {
  const client_id = address(++published);
  documents.set(client_id, { body: { client_id, client_name, redirect_uris: [redirect_uri] } });
  return { client_id, redirect_uris: [redirect_uri] };
}

/** Every element with its attributes' names, and the values of those that act. */
const tree = (page: Page) =>
  page.evaluate(() => {
    const acting = ["href", "src", "action", "formaction", "style", "class", "name", "type", "method"];
    return [...document.querySelectorAll("*")].map((element) => {
      const attributes = [...element.attributes].map(({ name, value }) => (acting.includes(name) ? `${name}=${value}` : name));
      return [element.tagName, ...attributes].join(" ");
    });
  });

const names = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  "</bdi></h1><form action=https://evil.example><input name=password>",
  "</title><meta http-equiv=refresh content=0;url=https://evil.example>",
  '<base href="https://evil.example/">',
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<iframe srcdoc='<script>alert(1)</script>'>",
  "<a href=javascript:alert(1)>Approve</a>",
  "<!-- ",
  "--><b>",
  "]]><b>",
  "<![CDATA[<b>]]>",
  "<?xml version='1.0'?><b>",
  "&lt;b&gt;&quot;&#x3c;script&#x3e;",
  "&#60;script&#62;alert(1)&#60;/script&#62;",
  "{{ ticket }}{% raw %}",
  "javascript:alert(1)//https://sentry.io",
  "\u202eyrtneS\u202c by \u2066Sentry\u2069",
  "Sen\u200btry\u00ad\ufeff",
  `Z${"\u0335\u0315".repeat(400)}algo`,
  "x".repeat(5000),
  "\u{1F469}\u200D\u{1F4BB}\u{E0041}",
  "مرحبا بالعالم",
  "שלום <b>עולם</b>",
  "line one\r\nset-cookie: evil=1\r\n\r\n<html>",
  "\u0000\u0007\u001b[31mred",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "<style>*{display:none}</style>",
  "` onmouseover=alert(1) `",
];

const uris = [
  'https://evil.example/"><script>alert(1)</script>',
  "https://evil.example/'onmouseover='alert(1)",
  "https://evil.example/<img src=x onerror=alert(1)>",
  "https://evil.example/%22%3E%3Cscript%3E",
  "https://evil.example/?a=1&amp;b=<b>",
  "https://xn--sntry-6za.example/cb",
  "https://sentry.io.evil.example/cb",
  `https://evil.example/${"a".repeat(1900)}`,
  "http://127.0.0.1:1/?\"><svg/onload=alert(1)>",
  "evil.app:/cb?<b>&\"'",
  "evil.app://x/%0d%0aset-cookie:a=b",
];

async function trees(client: Registered) {
  const right = authorizationUrl(worker, client).href;
  // An error that shows the client's name, the address that was asked for and the one that is registered.
  const wrong = authorizationUrl(worker, client, { redirect_uri: `${client.redirect_uris[0]}x` }).href;
  const check = `${worker.origin}/oauth/check?client_id=${encodeURIComponent(client.client_id)}`;
  // The way on, to a scheme of its own, of a request that is refused.
  const leaving = authorizationUrl(worker, client, { response_type: "token" }).href;
  await using seen = await watched(browser, [worker.origin]);
  const result: Record<string, string[]> = {};
  const addresses = { right, wrong, check, ...(/^https?:/.test(client.redirect_uris[0]!) ? {} : { leaving }) };
  for (const [page, address] of Object.entries(addresses)) {
    const response = await seen.page.goto(address, { waitUntil: "domcontentloaded" });
    expect([200, 400], `${page}: ${await response?.text()}`).toContain(response?.status());
    if (page === "check") {
      await seen.page.getByRole("button", { name: "Check" }).click();
      await seen.page.locator(".rows").waitFor();
    }
    result[page] = await tree(seen.page);
  }
  const said = but(seen.complaints, 400).filter((line) => !line.includes("evil.app:"));
  expect(said).toEqual([]);
  return result;
}

/** The link out of a leaving page is the one thing that is the client's own; its scheme is. */
const withoutLink = (found: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(found).map(([name, lines]) => [name, lines.map((line) => line.replace(/href=evil\.app:\S*/, "href"))]));

describe("a name", () => {
  let plain: Record<string, string[]>;
  beforeAll(async () => {
    plain = await trees(publish("Plain", REDIRECT_URI));
  });

  it.each(names)("%j is nothing but text", async (name) => {
    expect(plain.right!.length).toBeGreaterThan(50);
    expect(await trees(publish(name, REDIRECT_URI))).toEqual(plain);
  });
});

describe("an address", () => {
  it.each(uris)("%j is nothing but text, or refused", async (uri) => {
    const scheme = uri.split(":")[0]!;
    const harmless = { https: "https://evil.example/cb", http: REDIRECT_URI, "evil.app": "evil.app:/cb" }[scheme]!;
    const client = publish("Plain", uri);
    const page = await worker.fetch(authorizationUrl(worker, client).href);
    const html = await page.text();
    expect(html.replace('<script type="module" src="/page.js"></script>', "")).not.toMatch(/<script|<img src=x|<svg\/onload/);
    if (page.status !== 200) return expect(page.status).toBe(400);
    const plain = await trees(publish("Plain", harmless));
    // A long one can be scrolled to with the keyboard, and is a region with a name then.
    const scrolling = (found: Record<string, string[]>) =>
      Object.fromEntries(Object.entries(found).map(([name, lines]) => [name, lines.map((line) => line.replace(/ tabindex role aria-label$/, ""))]));
    expect(scrolling(withoutLink(await trees(client)))).toEqual(scrolling(withoutLink(plain)));
  });

  it("of a look-alike is shown as the ASCII that it is", async () => {
    const uri = "https://xn--sntry-6za.example/cb";
    const client = publish("Plain", uri, (n) => `https://xn--sntry-6za.example/c${n}.json`);
    await using seen = await watched(browser, [worker.origin]);
    await seen.page.goto(authorizationUrl(worker, client).href);
    const text = await seen.page.innerText("main");
    expect(text).toContain("xn--sntry-6za.example");
    expect(text).not.toContain("séntry");
  });
});
