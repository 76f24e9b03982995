// What a person sees and decides, without a browser: headers, cookies, refusals, and what reaches Sentry.
import { afterEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { REDIRECT_URI, type Registered, authorizationUrl, authorize, outcome, pkce, redeem, refresh, register, rpc, signIn, tokensOf } from "../support/oauth.ts";
import { type Form, Person, readForm } from "../support/person.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
withSite(async (site) => {
  ({ sentry, worker } = site);
  client = await register(worker);
});
afterEach(async () => {
  await sentry.noFaults();
  await sentry.forget();
});

const setCookies = (response: Response | Awaited<ReturnType<TestWorker["at"]>>) => response.headers.getSetCookie();
const expectForm = (form: Form | URL): Form => {
  if (form instanceof URL) throw new Error(`answered at once: ${form}`);
  return form;
};

describe("every page", () => {
  const pages: [string, (origin: string) => string, number, string[]][] = [
    ["consent", (origin) => authorizationUrl({ origin }, client).href, 200, ["'self'", "https:"]],
    ["an error before the client is known", (origin) => `${origin}/oauth/authorize?client_id=unknown`, 400, ["'none'"]],
    ["an error of the callback", (origin) => `${origin}/oauth/callback?state=x`, 400, ["'none'"]],
  ];

  // rule: authorization/strict-headers: strict headers on every page and route; nothing of strangers but text
  it.each(pages)("(%s) has the strict headers", async (_, address, status, forms) => {
    const local = "http://localhost:8788";
    for (const [origin, response] of [[worker.origin, await worker.fetch(address(worker.origin))], [local, await worker.at(address(local))]] as const) {
      expect(response.status).toBe(status);
      const get = (name: string) => response.headers.get(name);
      expect(get("x-frame-options")).toBe("DENY");
      expect(get("referrer-policy")).toBe("same-origin");
      expect(get("x-content-type-options")).toBe("nosniff");
      expect(get("cache-control")).toBe("no-store");
      const policy = Object.fromEntries(
        get("content-security-policy")!
          .split(";")
          .map((directive) => directive.trim().split(/ (.*)/s, 2) as [string, string]),
      );
      expect(policy).toMatchObject({ "default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'" });
      expect(policy["form-action"]!.split(" ").slice(0, forms.length)).toEqual(forms);
      expect(get("content-security-policy")).not.toMatch(/unsafe|\*/);
      // Where there is something to copy: that one file, which cannot make HTML of a text.
      const hasFacts = (await response.text()).includes('<pre class="facts"');
      expect(policy["script-src"]).toBe(hasFacts ? `${origin}/page.js` : undefined);
      expect(policy["trusted-types"]).toBe(hasFacts ? "'none'" : undefined);
      expect(policy["connect-src"]).toBe(undefined);
      // It would cut off the popup that a client opened.
      expect(get("cross-origin-opener-policy")).toBe(null);
      expect(get("strict-transport-security"), "on http").toBe(null);
    }
    const secure = await worker.at(address("https://mcp.example.com"));
    expect(secure.status).toBe(status);
    expect(secure.headers.get("strict-transport-security")).toMatch(/^max-age=\d{7,}/);
  });

  it("(home) may have popups of its own, and no other page reaches into it", async () => {
    const home = await worker.fetch("/");
    expect(home.status).toBe(200);
    expect(home.headers.get("cross-origin-opener-policy")).toBe("same-origin-allow-popups");
    expect(home.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });

  it("holds one form and no script, style or image of somebody else's", async () => {
    const logo = await register(worker, { logo_uri: "https://evil.example/logo.png", client_uri: "https://evil.example/" });
    const html = await (await worker.fetch(authorizationUrl(worker, logo).href)).text();
    expect(html).not.toMatch(/<script|\son\w+=|style=|javascript:|evil\.example/i);
    const form = readForm(html, worker.url);
    expect(form.action.pathname).toBe("/oauth/authorize");
    expect(form.fields.has("state")).toBe(true);
    expect(html.match(/<button[^>]*>/g)).toEqual([
      expect.stringContaining('name="action" value="approve"'),
      expect.stringContaining('name="action" value="deny"'),
    ]);
    const addresses = [...html.matchAll(/\s(?:src|href|action)="([^"]*)"/g)].map(([, address]) => address!);
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => !/^\/(?!\/)/.test(address))).toEqual([]);
  });

  // rule: authorization/consent-each-time: consent is asked each time and says who, where to, for what; nothing ticked
  //    is a denial [BP]
  it("tells who asks, where the answer goes, and for what", async () => {
    const url = authorizationUrl(worker, client, { resource: `${worker.origin}/mcp/lighthouse-books/checkout` });
    const html = await (await worker.fetch(url.href)).text();
    for (const words of ["Test Editor", REDIRECT_URI, "on this computer", "lighthouse-books", "checkout", "Nobody has verified"]) {
      expect(html, words).toContain(words);
    }
    for (const scope of ["org:read", "event:write", "project:write", "team:write"]) expect(html).toContain(`<code>${scope}</code>`);
  });
});

// rule: authorization/cookies: cookies: bound to the host, one per flow, four at most, small
describe("cookies", () => {
  it("on http: one that tells browsers apart, readable by no script", async () => {
    const [cookie, ...more] = setCookies(await worker.fetch(authorizationUrl(worker, client).href));
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^smcp_browser=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  });

  it("on https: bound to the host", async () => {
    const at = { origin: "https://mcp.example.com" };
    const [cookie, ...more] = setCookies(await worker.at(authorizationUrl(at, client).href));
    expect(more).toEqual([]);
    expect(cookie).toMatch(/^__Host-smcp_browser=[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/);
  });

  it("of a browser that is known stay as they are, and made-up ones do not", async () => {
    const [known] = setCookies(await worker.fetch(authorizationUrl(worker, client).href));
    const again = (cookie: string) => worker.fetch(authorizationUrl(worker, client).href, { headers: { cookie } });
    expect(setCookies(await again(known!.split(";")[0]!))).toEqual([]);
    expect(setCookies(await again(`smcp_browser=${"A".repeat(64)}`))).toHaveLength(1);
  });

  it("of a flow are set by the approval alone, and deleted by the callback", async () => {
    const person = new Person();
    const form = expectForm(await person.consent(authorizationUrl(worker, client)));
    const flows = () => [...person.cookies.get(worker.url.host)!.keys()].filter((name) => name.startsWith("smcp_flow_"));
    expect(flows(), "before the person consented").toEqual([]);

    const denied = new Person();
    const denial = expectForm(await denied.consent(authorizationUrl(worker, client)));
    const fields = new URLSearchParams(denial.fields);
    fields.set("action", "deny");
    expect(setCookies(await denied.request(denial.action, fields)), "after a denial").toEqual([]);

    form.fields.set("action", "approve");
    const approved = await person.request(form.action, form.fields);
    expect(setCookies(approved)).toEqual([
      expect.stringMatching(/^smcp_flow_[\w-]+=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
    const callback = await person.atSentry(new URL(approved.headers.get("location")!));
    const back = await person.request(callback);
    expect(back.status).toBe(302);
    expect(setCookies(back)).toEqual([expect.stringMatching(/^smcp_flow_[\w-]+=; Path=\/; Max-Age=0;/)]);
    expect(flows()).toEqual([]);
  });

  it("of flows are at most four, and small", async () => {
    const person = new Person();
    for (let begun = 0; begun < 9; begun++) {
      const form = expectForm(await person.consent(authorizationUrl(worker, client, { state: `tab ${begun}` })));
      await person.decide(form);
      const jar = [...person.cookies.get(worker.url.host)!];
      expect(jar.filter(([name]) => name.startsWith("smcp_flow_")).length).toBeLessThanOrEqual(4);
      expect(jar.map(([name, value]) => `${name}=${value}`).join("; ").length).toBeLessThan(1024);
    }
  });
});

// rule: authorization/skills: skills: what is granted, what a step-up ticks, what stays hidden
describe("a decision", () => {
  const askedOfSentry = async () => {
    const log = await fetch(`${sentry.url}/_control/requests?path=/oauth/authorize/`);
    const { requests } = (await log.json()) as { requests: { method: string; path: string }[] };
    const scopes = requests.filter(({ method }) => method === "GET").map(({ path }) => new URL(path, sentry.url).searchParams.get("scope"));
    return scopes.map((scope) => scope!.split(" ").sort());
  };
  const READ = ["event:read", "org:read", "project:read", "team:read"];

  // rule: authorization/consent-each-time
  it("to deny is answered to the client, here and at Sentry", async () => {
    for (const deny of ["here", "sentry"] as const) {
      const callback = await new Person().authorize(authorizationUrl(worker, client), { deny });
      expect(callback.href.startsWith(REDIRECT_URI)).toBe(true);
      const answer = Object.fromEntries(callback.searchParams);
      expect(answer).toMatchObject({ error: "access_denied", state: "state-of-the-client", iss: worker.origin });
      expect(answer).not.toHaveProperty("code");
    }
    expect(await askedOfSentry(), "a denial here does not reach Sentry").toHaveLength(1);
  });

  it.each([
    [["inspect"], "org:read", []],
    [["inspect", "seer"], "event:write org:read", ["event:write"]],
    [["triage"], "event:write org:read", ["event:write"]],
    [["project-management"], "org:read project:write team:write", ["project:write", "team:write"]],
    [["inspect", "seer", "triage", "project-management"], "event:write org:read project:write team:write", ["event:write", "project:write", "team:write"]],
  ])("for %j grants what it needs, and asks Sentry for no other write scope", async (skills, granted, write) => {
    const { tokens } = await signIn(worker, { client, choices: { skills } });
    expect(tokens.scope).toBe(granted);
    expect(await askedOfSentry()).toEqual([[...READ, ...write].sort()]);
  });

  // rule: authorization/no-ungranted-write-scope
  it("never grants more than was asked for, whatever is ticked", async () => {
    const everything = ["inspect", "seer", "triage", "project-management"];
    const { tokens, ...rest } = await signIn(worker, { client, choices: { skills: everything }, parameters: { scope: "org:read" } });
    expect(tokens.scope).toBe("org:read");
    expect(await askedOfSentry()).toEqual([READ]);
    const wider = await refresh(worker, rest.client, tokens.refresh_token, { scope: "event:write" });
    expect(await outcome(wider)).toBe("400 invalid_scope");
  });

  // rule: authorization/consent-each-time
  it("takes no skill that the page does not offer", async () => {
    const { tokens } = await signIn(worker, { client, choices: { skills: ["inspect", "docs", "root", "__proto__"] } });
    expect(tokens.scope).toBe("org:read");
  });

  it("is prepared by what a step-up names", async () => {
    const ticked = async (scope: string) => {
      const form = expectForm(await new Person().consent(authorizationUrl(worker, client, { scope })));
      return form.fields.getAll("skill");
    };
    expect(await ticked("org:read")).toEqual(["inspect", "seer"]);
    expect(await ticked("org:read project:write team:write")).toEqual(["inspect", "seer", "project-management"]);
    expect(await ticked("event:write")).toEqual(["inspect", "seer", "triage"]);
    expect(await ticked("org:read project:write team:write event:write")).toEqual(["inspect", "seer"]);
    expect(await ticked("offline_access")).toEqual(["inspect", "seer"]);
  });

  it("keeps tools away whose skill was not ticked", async () => {
    const { tokens } = await signIn(worker, { client, choices: { skills: ["project-management"] } });
    const list = await rpc(worker, tokens.access_token, { method: "tools/list" });
    const { result } = (await list.json()) as { result: { tools: { name: string }[] } };
    const { tokens: all } = await signIn(worker, { client, choices: { skills: ["inspect"] } });
    const other = (await (await rpc(worker, all.access_token, { method: "tools/list" })).json()) as typeof result & { result: typeof result };
    const missing = other.result.tools.map(({ name }) => name).filter((name) => !result.tools.some((tool) => tool.name === name));
    expect(missing.length).toBeGreaterThan(0);
    const call = await rpc(worker, tokens.access_token, { method: "tools/call", params: { name: missing[0], arguments: {} } });
    const answer = (await call.json()) as { result: { isError?: boolean; content: unknown } };
    expect(answer.result.isError).toBe(true);
    expect(JSON.stringify(answer.result.content)).toContain("Inspect");
  });

  it("reaches Sentry with PKCE and a state of its own", async () => {
    const person = new Person();
    const location = await person.decide(expectForm(await person.consent(authorizationUrl(worker, client))));
    expect(location.origin + location.pathname).toBe(`${sentry.url}/oauth/authorize/`);
    const asked = location.searchParams;
    expect(asked.get("redirect_uri")).toBe(`${worker.origin}/oauth/callback`);
    expect(asked.get("code_challenge_method")).toBe("S256");
    expect(asked.get("code_challenge")).toMatch(/^[\w-]{43}$/);
    expect(asked.get("state")).not.toContain("state-of-the-client");
  });
});

// rule: authorization/consent-form
describe("a form and a return from Sentry", () => {
  it("belong to the browser in which they began", async () => {
    const [person, other] = [new Person(), new Person()];
    const form = expectForm(await person.consent(authorizationUrl(worker, client)));
    await expect(other.decide(form), "without a cookie").rejects.toThrow("400");
    await other.consent(authorizationUrl(worker, client));
    await expect(other.decide(form), "with another cookie").rejects.toThrow("400");

    const callback = await person.atSentry(await person.decide(form));
    for (const stranger of [new Person(), other]) {
      const response = await stranger.request(callback);
      expect(response.status).toBe(400);
      expect(response.headers.has("location")).toBe(false);
    }
    // The strangers' tries did not use it up.
    const back = await person.request(callback);
    expect(new URL(back.headers.get("location")!).searchParams.has("code")).toBe(true);
  });

  // rule: authorization/upstream-state
  it("are good once: the same return again is a page", async () => {
    const person = new Person();
    const callback = await person.atSentry(await person.decide(expectForm(await person.consent(authorizationUrl(worker, client)))));
    expect((await person.request(callback)).status).toBe(302);
    const again = await person.request(callback);
    expect([again.status, again.headers.has("location")]).toEqual([400, false]);
  });

  it("are good once, also for who kept the cookie and has another code of Sentry", async () => {
    const person = new Person();
    const location = await person.decide(expectForm(await person.consent(authorizationUrl(worker, client))));
    const [first, second] = [await person.atSentry(location), await person.atSentry(location)];
    expect(second.searchParams.get("code")).not.toBe(first.searchParams.get("code"));
    const kept = new Map(person.cookies.get(worker.url.host)!);
    expect((await person.request(first)).status).toBe(302);
    person.cookies.set(worker.url.host, kept);
    const replay = await person.request(second);
    expect([replay.status, replay.headers.has("location")]).toEqual([400, false]);
    expect(await replay.text()).toContain("finished already");
  });

  // rule: authorization/upstream-state
  it("bring one code, however often the browser loads it at once", async () => {
    const person = new Person();
    const callback = await person.atSentry(await person.decide(expectForm(await person.consent(authorizationUrl(worker, client)))));
    const cookie = [...person.cookies.get(worker.url.host)!].map(([name, value]) => `${name}=${value}`).join("; ");
    const loads = Array.from({ length: 20 }, () => worker.fetch(callback.href, { headers: { cookie } }));
    const answers = (await Promise.all(loads)).map((answer) => answer.headers.get("location") ?? "");
    // Loads that come later get the same answer again, until the code is redeemed.
    const codes = answers.filter((location) => location.includes("code="));
    expect(new Set(codes).size).toBe(1);
  });

  it("of another flow do not fit", async () => {
    const person = new Person();
    const begin = async (state: string) => person.decide(expectForm(await person.consent(authorizationUrl(worker, client, { state }))));
    const [one, two] = [await person.atSentry(await begin("one")), await begin("two")];
    // Two tabs share the browser's cookies, yet a code of one does not finish the other: PKCE towards Sentry.
    const mixed = new URL(one);
    mixed.searchParams.set("state", two.searchParams.get("state")!);
    const answer = new URL((await person.request(mixed)).headers.get("location")!).searchParams;
    expect(answer.get("code")).toBe(null);
    expect([answer.get("error"), answer.get("state")]).toEqual(["server_error", "two"]);
  });

  // rule: authorization/upstream-state
  it("finish in both of two tabs", async () => {
    const person = new Person();
    const proofs = [pkce(), pkce()];
    const urls = proofs.map(({ challenge }, tab) => authorizationUrl(worker, client, { code_challenge: challenge, state: `tab ${tab}` }));
    const forms = [];
    for (const url of urls) forms.push(expectForm(await person.consent(url)));
    const leaving = [];
    for (const form of forms) leaving.push(await person.decide(form));
    for (const tab of [1, 0]) {
      const callback = await person.signIn(leaving[tab]!);
      expect(callback.searchParams.get("state")).toBe(`tab ${tab}`);
      const code = callback.searchParams.get("code")!;
      const tokens = await tokensOf(await redeem(worker, { client, callback, code, verifier: proofs[tab]!.verifier }));
      expect((await rpc(worker, tokens.access_token)).status).toBe(200);
    }
  });

  it("start anew when the form is sent twice", async () => {
    const person = new Person();
    const form = expectForm(await person.consent(authorizationUrl(worker, client)));
    const [first, second] = [await person.decide(form), await person.decide(form)];
    expect(second.searchParams.get("state")).not.toBe(first.searchParams.get("state"));
    expect((await person.signIn(second)).searchParams.has("code")).toBe(true);
  });

  // rule: authorization/forms-from-our-page: forms come from our own page: `Origin`, `Sec-Fetch-Site`
  it("may come from our page only", async () => {
    const person = new Person();
    const form = expectForm(await person.consent(authorizationUrl(worker, client)));
    form.fields.set("action", "approve");
    const send = async (headers: Record<string, string>) => (await person.request(form.action, form.fields, headers)).status;
    expect(await send({ origin: "https://evil.example" })).toBe(403);
    expect(await send({ origin: "null" })).toBe(403);
    expect(await send({ origin: "null", "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await send({ origin: "null", "sec-fetch-site": "same-origin" })).toBe(302);
    expect(await send({ origin: worker.origin })).toBe(302);
  });
});

describe("on https", () => {
  // rule: authorization/cookies
  it("a person signs in under the public origin, with cookies bound to the host", async () => {
    const at = { origin: "https://mcp.example.com" };
    const person = new Person({
      fetch: async (url, init) => {
        if (url.origin !== at.origin) return fetch(url, init);
        const { status, headers, body } = await worker.at(url.href, init as Parameters<TestWorker["at"]>[1]);
        return new Response(body as BodyInit | null, { status, headers: [...headers] });
      },
    });
    const callback = await person.authorize(authorizationUrl(at, client));
    expect(callback.searchParams.get("iss")).toBe(at.origin);
    expect(callback.searchParams.has("code")).toBe(true);
    expect([...person.cookies.get("mcp.example.com")!.keys()]).toEqual(["__Host-smcp_browser"]);
  });
});

// rule: authorization/outage-and-refusal
describe("trouble at Sentry", () => {
  const fault = async (body: object) => {
    const added = await fetch(`${sentry.url}/_control/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path: "/oauth/token/", ...body }),
    });
    expect(added.status).toBe(201);
  };

  it.each([
    [{ kind: "status", status: 500 }, "temporarily_unavailable"],
    [{ kind: "status", status: 503 }, "temporarily_unavailable"],
    [{ kind: "status", status: 429, retryAfter: 5 }, "temporarily_unavailable"],
    [{ kind: "drop" }, "temporarily_unavailable"],
    [{ kind: "status", status: 400 }, "server_error"],
    [{ kind: "status", status: 401 }, "server_error"],
    [{ kind: "malformed" }, "server_error"],
  ])("%j is %s to the client, which may try again at once", async (trouble, error) => {
    await fault(trouble);
    const person = new Person();
    const callback = await person.authorize(authorizationUrl(worker, client));
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({ error, state: "state-of-the-client", iss: worker.origin });
    expect(callback.searchParams.has("code")).toBe(false);
    const again = await authorize(worker, { client, person });
    expect((await redeem(worker, again)).status).toBe(200);
  });
});

// rule: authorization/private-use-scheme-page: private-use schemes get a page
describe("a private-use scheme", () => {
  const uri = "cursor://anysphere.cursor-mcp/oauth/callback";
  const expectLeaving = async (response: Response) => {
    expect([response.status, response.headers.has("location")]).toEqual([200, false]);
    const html = await response.text();
    const link = /<a href="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&").replaceAll("&#38;", "&");
    expect(response.headers.get("refresh")).toBe(`0;url=${link}`);
    expect(html).toContain("You can close this window");
    expect(html).not.toContain("<form");
    return new URL(link!);
  };

  it("is answered with a page that leaves for it", async () => {
    const editor = await register(worker, { redirect_uris: [uri] });
    const person = new Person();
    const proof = pkce();
    const form = expectForm(await person.consent(authorizationUrl(worker, editor, { code_challenge: proof.challenge })));
    const callback = await person.atSentry(await person.decide(form));
    const link = await expectLeaving(await person.request(callback));
    expect(link.href.startsWith(`${uri}?code=`)).toBe(true);
    const code = link.searchParams.get("code")!;
    expect((await redeem(worker, { client: editor, callback: link, code, verifier: proof.verifier })).status).toBe(200);
  });

  it("is told in the same way of what went wrong after the person approved", async () => {
    const editor = await register(worker, { redirect_uris: [uri] });
    const person = new Person();
    const form = expectForm(await person.consent(authorizationUrl(worker, editor)));
    const callback = await person.atSentry(await person.decide(form), { deny: "sentry" });
    expect((await expectLeaving(await person.request(callback))).searchParams.get("error")).toBe("access_denied");
  });
});

// rule: authorization/strict-headers
describe("a hostile name", () => {
  /** Every element with its attributes' names: what a page is made of, whatever its words are. */
  const structure = (html: string) => [...html.matchAll(/<[a-z/!?][^>]*/gi)].map(([tag]) => tag.replace(/="[^"]*"/g, ""));
  const page = async (client_name: string, path = (asked: Registered) => authorizationUrl(worker, asked)) => {
    const response = await worker.fetch(path(await register(worker, { client_name })).href);
    return { status: response.status, html: await response.text() };
  };

  it.each([
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</bdi></h1><form action=https://evil.example><input name=password>",
    "</title><meta http-equiv=refresh content=0;url=https://evil.example>",
    "<!-- ",
    "]]><b>",
    "&lt;b&gt;&quot;&#x3c;script&#x3e;",
    "{{ ticket }}{% raw %}",
    "javascript:alert(1)//https://sentry.io",
    "\u202eyrtneS\u202c by \u2066Sentry\u2069",
    "Sen\u200btry\u00ad\ufeff",
    `Z${"\u0335\u0315".repeat(400)}algo`,
    "x".repeat(2000),
    "line one\r\nset-cookie: evil=1\r\n\r\n<html>",
    "\u0000\u0007\u001b[31mred",
    "مرحبا بالعالم",
    "%3Cscript%3E",
    `<style>*{display:none}</style>`,
    "\u{1F469}\u200D\u{1F4BB}\u{E0041}",
  ])("%j is nothing but text", async (name) => {
    const plain = await page("Plain");
    const hostile = await page(name);
    expect([plain.status, hostile.status]).toEqual([200, 200]);
    expect(structure(hostile.html)).toEqual(structure(plain.html));
    expect(structure(plain.html).length).toBeGreaterThan(30);
    // Nothing that turns the direction of the line, hides, or is not there to see; no name longer than a line or two.
    expect(hostile.html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/);
    expect(/<h1>[^]*?<\/h1>/.exec(hostile.html)![0].length).toBeLessThan(600);
  });

  it("is nothing but text on an error page either", async () => {
    const wrong = (asked: Registered) => authorizationUrl(worker, asked, { redirect_uri: "https://evil.example/<script>\"'" });
    const plain = await page("Plain", wrong);
    const hostile = await page("<script>alert(1)</script>", wrong);
    expect(hostile.status).toBe(400);
    expect(structure(hostile.html)).toEqual(structure(plain.html));
    expect(hostile.html.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/page.js">']);
  });
});
