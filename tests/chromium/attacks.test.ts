// Attacks on a person's browser, each from a page of another origin: what cross-site requests, stolen links, copied forms
// and frames can do here. `elsewhere` is another site; `neighbour` is the same site at another port, to which SameSite
// cookies are no obstacle.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type LoopbackClient, startLoopbackClient } from "../support/loopback-client.ts";
import { type Registered, authorizationUrl, register } from "../support/oauth.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let browser: Browser;
let elsewhere: LoopbackClient;
let neighbour: string;
let application: LoopbackClient;
let client: Registered;
beforeAll(async () => {
  [sentry, browser, application, elsewhere] = await Promise.all([startDemoSentry(), startBrowser(), startLoopbackClient(), startLoopbackClient()]);
  worker = await startWorker({ sentry: sentry.url, hostname: "localhost" });
  neighbour = elsewhere.origin.replace("127.0.0.1", "localhost");
  client = await register(worker, { redirect_uris: [application.redirectUri] });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop(), browser?.close(), application?.stop(), elsewhere?.stop()]));

let context: BrowserContext;
let page: Page;
let heard: string[];
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  heard = [];
  context.on("request", (request) => {
    if (request.url().startsWith(application.redirectUri)) heard.push(request.url());
  });
  await sentry.forget();
});
afterEach(() => context.close());

const link = () => authorizationUrl(worker, client).href;
const askedOfSentry = async () => (await sentry.requests("/oauth/")).map(({ method, path }) => `${method} ${path.split("?")[0]}`);

/** A form that the page at `from` sends off by itself; answers with the status of what the browser then shows. */
async function post(from: string, action: string, fields: Record<string, string>, policy = ""): Promise<number> {
  await page.goto(from);
  const arrived = page.waitForResponse((response) => response.url().startsWith(action) && response.request().method() === "POST");
  await page.evaluate(
    ([to, values, referrer]) => {
      if (referrer) document.head.append(Object.assign(document.createElement("meta"), { name: "referrer", content: referrer }));
      const form = Object.assign(document.createElement("form"), { method: "post", action: to });
      for (const [name, value] of Object.entries(values as Record<string, string>)) {
        form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
      }
      document.body.append(form);
      form.submit();
    },
    [action, fields, policy] as const,
  );
  return (await arrived).status();
}

describe("login CSRF: the attacker's own sign-in, finished in the victim's browser", () => {
  // rule: authorization/login-csrf: login CSRF, forged and cross-site forms, from another site and from the same one at
  //    another port
  it.each(["elsewhere", "neighbour"])("by a link to the callback (%s) connects nothing", async (from) => {
    const attacker = new Person();
    const consent = await attacker.consent(authorizationUrl(worker, client));
    if (consent instanceof URL) throw new Error(`answered at once: ${consent}`);
    const callback = await attacker.atSentry(await attacker.decide(consent));

    await page.goto(link()); // A victim who was here before has our cookie.
    await page.goto(`${from === "elsewhere" ? elsewhere.origin : neighbour}/`);
    await page.evaluate((url) => void (location.href = url), callback.href);
    await page.getByRole("heading", { name: "This sign-in was not begun here" }).waitFor();
    expect(heard).toEqual([]);
    // Nothing of it was used up: it is the attacker's own still.
    expect((await attacker.request(callback)).status).toBe(302);
  });

  // rule: authorization/login-csrf
  it("by an image, a frame and a fetch connects nothing either", async () => {
    const attacker = new Person();
    const consent = await attacker.consent(authorizationUrl(worker, client));
    if (consent instanceof URL) throw new Error(`answered at once: ${consent}`);
    const callback = await attacker.atSentry(await attacker.decide(consent));
    await page.goto(link());
    await page.goto(`${neighbour}/`);
    const statuses: number[] = [];
    page.on("response", (response) => {
      if (response.url() === callback.href) statuses.push(response.status());
    });
    await page.evaluate(async (url) => {
      const image = new Image();
      const frame = document.createElement("iframe");
      const ended = [image, frame].map((element) => new Promise((resolve) => (element.onload = element.onerror = resolve)));
      image.src = frame.src = url;
      document.body.append(image, frame);
      await fetch(url, { mode: "no-cors", credentials: "include" });
      await Promise.all(ended);
    }, callback.href);
    // Chromium may keep an answer from an image before anybody can look at it.
    expect(statuses.length).toBeGreaterThanOrEqual(2);
    expect(new Set(statuses)).toEqual(new Set([400]));
    expect(heard).toEqual([]);
  });
});

describe("state replay", () => {
  // rule: authorization/upstream-state
  it("a return from Sentry that is loaded again gives no second code, here or elsewhere", async () => {
    await page.goto(link());
    const returned = page.waitForRequest((request) => request.url().startsWith(`${worker.origin}/oauth/callback`));
    await page.getByRole("button", { name: "Approve" }).click();
    await page.waitForURL(`${sentry.url}/**`);
    await page.getByRole("button", { name: "Approve" }).click();
    const callback = (await returned).url();
    await page.waitForURL(`${application.redirectUri}?**`);
    await application.called();
    expect(heard).toHaveLength(1);

    expect((await page.goto(callback))?.status()).toBe(400);
    expect(await page.innerText("h1")).toBe("This sign-in was not begun here");
    await context.clearCookies();
    expect((await page.goto(callback))?.status()).toBe(400);
    expect(await page.innerText("h1")).toBe("This browser shows no cookie of ours");
    expect(heard).toHaveLength(1);
  });
});

describe("form forgery", () => {
  const attackersForm = async () => {
    const consent = await new Person().consent(authorizationUrl(worker, client));
    if (consent instanceof URL) throw new Error(`answered at once: ${consent}`);
    return { state: consent.fields.get("state")!, skill: "inspect", action: "approve" };
  };
  const victimsForm = async () => {
    await page.goto(link());
    return { state: await page.locator('input[name="state"]').inputValue(), skill: "inspect", action: "approve" };
  };

  // rule: authorization/login-csrf
  it.each([
    ["another site, with the attacker's form", () => elsewhere.origin, attackersForm, ""],
    ["another site, with the victim's form", () => elsewhere.origin, victimsForm, ""],
    ["another site without a referrer, which sends Origin: null", () => elsewhere.origin, victimsForm, "no-referrer"],
    ["a neighbour, which cookies do not keep out", () => neighbour, victimsForm, ""],
    ["a neighbour without a referrer", () => neighbour, victimsForm, "no-referrer"],
  ])("from %s is refused before anything happens", async (_, from, form, policy) => {
    await page.goto(link());
    const fields = await form();
    expect(await post(`${from()}/`, `${worker.origin}/oauth/authorize`, fields, policy)).toBe(403);
    expect(await page.innerText("h1")).toBe("This form came from another site");
    expect(await askedOfSentry()).toEqual([]);
    expect((await context.cookies()).filter(({ name }) => name.includes("flow"))).toEqual([]);
    expect(heard).toEqual([]);
  });

  // rule: authorization/login-csrf
  it("of our own page with the attacker's request in it is another browser's", async () => {
    const { state } = await attackersForm();
    await page.goto(link());
    await page.evaluate((value) => void (document.querySelector<HTMLInputElement>('input[name="state"]')!.value = value), state);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("heading", { name: "This page belongs to another browser" }).waitFor();
    expect(await askedOfSentry()).toEqual([]);
  });

  // rule: authorization/login-csrf
  it("by a script of a neighbour cannot read the page that it would have to copy", async () => {
    await page.goto(link());
    await page.goto(`${neighbour}/`);
    const read = await page.evaluate(async (url) => {
      const cross = await fetch(url, { credentials: "include" }).then((answer) => answer.text(), () => "refused");
      const opaque = await fetch(url, { credentials: "include", mode: "no-cors" });
      return [cross, opaque.type, await opaque.text()];
    }, link());
    expect(read).toEqual(["refused", "opaque", ""]);
  });
});

describe("cross-site posts", () => {
  // rule: authorization/login-csrf
  it.each(["/oauth/callback", "/oauth/check", "/", "/oauth/authorize"])("to %s change nothing", async (path) => {
    await page.goto(link());
    const status = await post(`${neighbour}/`, `${worker.origin}${path}`, { action: "approve", state: "x" });
    expect([403, 404, 405]).toContain(status);
    expect(await askedOfSentry()).toEqual([]);
    expect(heard).toEqual([]);
  });
});

describe("a page that wants us to look at an address", () => {
  const address = () => `${worker.origin}/oauth/check?client_id=${encodeURIComponent("http://127.0.0.1:9/client.json")}`;
  // rule: clients/check-from-other-sites
  it.each(["elsewhere", "neighbour"])("(%s) gets nothing looked at, by whatever it sends", async (from) => {
    const before = worker.requests.length;
    const site = () => `${from === "elsewhere" ? elsewhere.origin : neighbour}/`;
    await page.goto(site());
    await page.evaluate(async (url) => {
      const image = new Image();
      const ended = new Promise((resolve) => (image.onload = image.onerror = resolve));
      image.src = url;
      const opaque = { mode: "no-cors", headers: { accept: "application/json" } } as const;
      await Promise.all([ended, fetch(url).catch(() => {}), fetch(url, opaque), fetch(url, { headers: opaque.headers }).catch(() => {})]);
    }, address());
    expect(await post(site(), `${worker.origin}/oauth/check`, { client_id: "http://127.0.0.1:9/client.json" })).toBe(403);
    await page.getByText("Another site led here").waitFor();
    await page.waitForLoadState();
    await page.goto(site());
    await page.evaluate((url) => void (location.href = url), address());
    await page.getByText("Another site led here").waitFor();
    expect(worker.requests.length).toBe(before);
    // The person may.
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("rules that could be looked at").waitFor();
    expect(worker.requests.slice(before).map(({ href }) => href)).toEqual(["http://127.0.0.1:9/client.json"]);
  });
});

describe("clickjacking", () => {
  const addresses: [string, () => string][] = [
    ["consent", link],
    ["an error", () => `${worker.origin}/oauth/callback`],
    ["the check", () => `${worker.origin}/oauth/check`],
    ["home", () => `${worker.origin}/`],
  ];
  // rule: authorization/no-framing: no framing; the popup stays connected; reload and Back
  it.each(addresses)("%s is shown in no frame, object or embed", async (_, address) => {
    for (const from of [elsewhere.origin, neighbour]) {
      await page.goto(`${from}/`);
      await page.evaluate(async (url) => {
        const frame = document.createElement("iframe");
        const object = document.createElement("object");
        const embed = document.createElement("embed");
        const ended = [frame, object, embed].map((element) => new Promise((resolve) => (element.onload = element.onerror = resolve)));
        frame.src = embed.src = object.data = url;
        object.type = embed.type = "text/html";
        document.body.append(frame, object, embed);
        await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, 1_500))]);
      }, address());
      for (const frame of page.frames().slice(1)) {
        const ours = frame.locator("main, .mark, form").count();
        // A frame that Chromium has put away shows nothing either.
        expect(await ours.catch(() => (frame.isDetached() ? 0 : "not known"))).toBe(0);
      }
    }
  });
});
