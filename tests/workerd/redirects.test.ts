// Where an answer may go, and what opens it: which redirect URIs a client may have, and that nothing is opened before a
// person has approved.
import { describe, expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type Parameters, REDIRECT_URI, type Registered, authorizationUrl, pkce, postForm, register, signIn } from "../support/oauth.ts";
import { type Form, Person } from "../support/person.ts";
import { raw } from "../support/raw.ts";
import { withSite } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
const PUBLIC = "https://mcp.example.com";
const WEB = "https://client.example/callback";
const CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback";
let worker: TestWorker;
let sentry: DemoSentry;
withSite((site) => ({ worker, sentry } = site), {
  outgoing: serveDocuments(documents),
  vars: {
    CLIENTS: JSON.stringify([
      { client_id: "partner", client_name: "Partner", redirect_uris: ["https://partner.example/cb"] },
      { client_id: "mistaken", client_name: "Mistaken", redirect_uris: [`${PUBLIC}/oauth/callback`, "https://partner.example/cb"] },
    ]),
  },
});

const publish = (url: string, redirect_uris: string[]) => publishTo(documents, url, { redirect_uris });
const links = (html: string) => [...html.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href!);

/** What registering with these comes to. */
async function registering(redirect_uris: string[], origin?: string): Promise<string> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ redirect_uris, token_endpoint_auth_method: "none" }),
  };
  const answer = origin ? await worker.at(`${origin}/oauth/register`, init) : await worker.fetch("/oauth/register", init);
  const body = (await answer.json()) as { error?: string };
  return body.error ? `${answer.status} ${body.error}` : `${answer.status}`;
}

/** Where registrations are kept. */
const records = async () =>
  (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as { get(key: string): Promise<string | null>; put(key: string, value: string): Promise<void> };

/** A registration as it was kept before a rule that refuses its redirect URIs. */
async function kept(client_name: string, redirect_uris: string[]): Promise<Registered> {
  const { client_id } = await register(worker, { client_name });
  const kv = await records();
  const record = JSON.parse((await kv.get(`client:${client_id}`))!) as { metadata: { redirect_uris: string[] } };
  record.metadata.redirect_uris = redirect_uris;
  await kv.put(`client:${client_id}`, JSON.stringify(record));
  return { client_id, redirect_uris };
}

const expectNoWayOut = (response: { status: number; headers: { has(name: string): boolean } }) =>
  expect([response.status, response.headers.has("location"), response.headers.has("refresh")]).toEqual([400, false, false]);

describe("a scheme that a system or a browser handles itself", () => {
  const schemes = [
    "search-ms:query=x&crumb=location:%5C%5Cevil.example",
    "ms-msdt:/id%20PCWDiagnostic",
    "ms-appinstaller:?source=https://evil.example/x.appinstaller",
    "microsoft-edge:https://evil.example/",
    "itms-services://?action=download-manifest",
    "smb://evil.example/share",
    "ssh://evil.example/",
    "ms-settings.evil.example:/x",
    "com.apple.systempreferences:/x",
    "x-apple.systempreferences:com.apple.preference",
    "explorer.assocprotocol.search-ms:query=x",
    "web+evil://x",
    "intent://x/",
    "mailto:x@evil.example",
  ];

  // rule: clients/private-use-schemes
  it.each(schemes.flatMap((uri) => [uri, uri.replace(/^[^:]+/, (scheme) => scheme.toUpperCase())]))("%s is nobody's redirect URI", async (uri) => {
    expect(await registering([uri])).toBe("400 invalid_redirect_uri");
    expect(await registering([REDIRECT_URI, uri])).toBe("400 invalid_redirect_uri");
    const described = publish(`https://bad${schemes.indexOf(uri.toLowerCase())}.example/c.json`, [REDIRECT_URI, uri]);
    const page = await worker.fetch(authorizationUrl(worker, described, { redirect_uri: REDIRECT_URI }).href);
    expect([page.status, await page.text()], "it condemns a document").toEqual([400, expect.stringContaining("never allowed")]);
  });

  // rule: clients/private-use-schemes
  it("is opened by no link, though a client registered with it before there was this rule", async () => {
    for (const uri of ["search-ms:query=x", "ssh://evil.example/"]) {
      const client = await kept("Old Client", [uri]);
      for (const asked of [{}, { response_type: "token" }, { redirect_uri: undefined, scope: "nonsense" }] as Parameters[]) {
        const page = await new Person().request(authorizationUrl(worker, client, asked));
        expectNoWayOut(page);
        const html = await page.text();
        expect(html).toContain("may not go to such an address");
        expect(html).toContain("never allowed");
        expect(html).toContain("Update the application");
        expect(html).not.toMatch(/href="(search-ms|ssh):/i);
      }
    }
  });
});

describe("an application's own scheme", () => {
  // rule: clients/private-use-schemes
  it.each([CURSOR, "vscode-insiders://publisher.extension/cb", "Cursor://x/cb", "windsurf://x/cb", "zed://oauth/callback", "warp://mcp/oauth2callback", "com.example.app:/cb", "app.example://cb"])(
    "%s is taken",
    async (uri) => {
      expect(await registering([uri])).toBe("201");
      const client = await register(worker, { redirect_uris: [uri] });
      expect((await worker.fetch(authorizationUrl(worker, client).href)).status).toBe(200);
    },
  );

  it.each([
    "cursor://anysphere.cursor-deeplink/mcp/install?name=sentry&config=eyJjb21tYW5kIjoiY2FsYy5leGUifQ==",
    "cursor://anysphere.cursor-deeplink/prompt?text=callback",
    "vscode:mcp/install?%7B%7D",
    "vscode://vscode.git/clone?url=https://evil.example/callback",
    "vscode://file/etc/passwd",
    "vscode:extension/evil.callback",
    "goose://extension?cmd=calc.exe",
    "zed://x",
  ])("%s makes an editor do something, and takes no answer", async (uri) => {
    expect(await registering([uri])).toBe("400 invalid_redirect_uri");
    const page = await new Person().request(authorizationUrl(worker, await kept("Old Client", [uri])));
    expectNoWayOut(page);
    const html = await page.text();
    expect(html).toContain("something else than take an answer");
    expect(html).not.toMatch(/href="(cursor|vscode|goose|zed):/);
  });

  // rule: clients/private-use-schemes
  it.each(["myapp:/cb", "myapp://cb", "cursorx://cb", "a..b:/cb", ".app:/cb", "app-:/cb"])("%s says nothing of whose it is", async (uri) => {
    expect(await registering([uri])).toBe("400 invalid_redirect_uri");
  });

  // rule: clients/document-redirect-uris
  it("that nobody knows is left out of a document while another redirect URI remains", async () => {
    const client = publish("https://several.example/c.json", ["myapp:/cb", REDIRECT_URI]);
    expect((await worker.fetch(authorizationUrl(worker, client, { redirect_uri: REDIRECT_URI }).href)).status).toBe(200);
    const page = await worker.fetch(authorizationUrl(worker, client).href);
    expect([page.status, await page.text()]).toEqual([400, expect.stringContaining("com.example.app")]);
    const report = await worker.fetch(`/oauth/check?client_id=${client.client_id}`, { headers: { accept: "application/json" } });
    expect(await report.text()).toContain("myapp:/cb (left out: it uses a scheme");
    const alone = publish("https://alone.example/c.json", ["myapp:/cb"]);
    expect((await worker.fetch(authorizationUrl(worker, alone).href)).status).toBe(400);
  });

  // rule: clients/private-use-schemes
  it("that was taken before there was this rule: its grants live on, and a new sign-in says what to do", async () => {
    const { client, tokens } = await signIn(worker);
    const kv = await records();
    const record = (await kv.get(`client:${client.client_id}`))!;
    await kv.put(`client:${client.client_id}`, record.replace(REDIRECT_URI, "myapp:/cb"));
    const again = await postForm(worker, "/oauth/token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: client.client_id });
    expect(again.status).toBe(200);
    const page = await new Person().request(authorizationUrl(worker, client, { redirect_uri: "myapp:/cb" }));
    expectNoWayOut(page);
    expect(await page.text()).toContain("com.example.app");
  });
});

describe("a request that is refused before anybody has done anything", () => {
  const breaches: [string, Parameters, string][] = [
    ["another response_type", { response_type: "token" }, "unsupported_response_type"],
    ["no PKCE", { code_challenge: undefined }, "invalid_request"],
    ["a foreign resource", { resource: "https://evil.example/mcp" }, "invalid_target"],
    ["an unknown scope", { scope: "nonsense" }, "invalid_scope"],
    ["no person", { prompt: "none" }, "interaction_required"],
    ["a parameter twice", { state: ["state-of-the-client", "x"] }, "invalid_request"],
    ["a request object", { request: "eyJ" }, "request_not_supported"],
  ];
  const clients: [string, () => Promise<Registered> | Registered, "redirect" | "link", "redirect" | "link"][] = [
    ["a registered client on another site", () => register(worker, { redirect_uris: [WEB] }), "link", "redirect"],
    ["a registered client on this computer", () => register(worker), "redirect", "redirect"],
    ["a registered editor", () => register(worker, { redirect_uris: [CURSOR] }), "link", "link"],
    ["a document's client at home", () => publish("https://home.example/c.json", ["https://home.example/cb"]), "redirect", "redirect"],
    ["a document's client at another port", () => publish("https://home.example/d.json", ["https://home.example:8443/cb"]), "link", "redirect"],
    ["a document's client elsewhere", () => publish("https://home.example/e.json", [WEB]), "link", "redirect"],
    ["a document's client on this computer", () => publish("https://home.example/f.json", [REDIRECT_URI]), "redirect", "redirect"],
    ["a document's editor", () => publish("https://home.example/g.json", ["com.example.app:/cb"]), "link", "link"],
    ["a client that the operator knows", () => ({ client_id: "partner", redirect_uris: ["https://partner.example/cb"] }), "redirect", "redirect"],
  ];
  const browsers: Record<string, string>[] = [
    { accept: "text/html,application/xhtml+xml,*/*;q=0.8" },
    { accept: "*/*", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  ];

  const answered = async (url: URL, headers: Record<string, string>, way: "redirect" | "link") => {
    // As it is written: fetch has a Sec-Fetch-Mode of its own.
    const response = await raw(worker.origin, { path: url.pathname + url.search, headers });
    if (way === "redirect") {
      expect(response.status).toBe(302);
      return new URL(response.headers.get("location")!);
    }
    expectNoWayOut(response);
    const html = await response.text();
    expect(html).toContain("calls itself");
    const found = /<a class="button" href="([^"]+)" rel="noreferrer nofollow">/.exec(html)?.[1];
    return new URL(found!.replaceAll(/&amp;|&#38;/g, "&"));
  };

  // rule: authorization/sent-on-before-deciding
  it.each(clients)("of %s: what a browser and a program get, for every error", async (_, make, browser, program) => {
    const client = await make();
    for (const [name, breach, error] of breaches) {
      const url = authorizationUrl(worker, client, breach);
      const ways = [...browsers.map((headers) => [headers, browser] as const), [{}, program] as const, [{ accept: "application/json" }, program] as const];
      for (const [headers, way] of ways.slice(0, program === "link" ? 3 : 4)) {
        const location = await answered(url, headers, way);
        expect(location.href.startsWith(`${client.redirect_uris[0]}?`), name).toBe(true);
        const { searchParams } = location;
        // RFC 6749 §4.1.2.1, RFC 9207 §2: whichever way it goes, the client hears the same.
        expect([searchParams.get("error"), searchParams.get("iss")], name).toEqual([error, worker.origin]);
        expect(searchParams.get("error_description"), name).toBeTruthy();
        expect(searchParams.get("state"), name).toBe("state" in breach ? null : "state-of-the-client");
      }
    }
  });

  // rule: authorization/sent-on-before-deciding
  it("says where the link goes, and nothing else leads away from the page", async () => {
    const client = await register(worker, { client_name: "Web App", redirect_uris: [WEB] });
    const html = await (await new Person().request(authorizationUrl(worker, client, { scope: "nonsense" }))).text();
    for (const words of ["Web App", "Go to client.example", WEB, "invalid_scope", "nothing was opened", "Request ID"]) expect(html).toContain(words);
    expect(links(html).filter((href) => !href.startsWith("/"))).toHaveLength(1);
  });
});

describe("a person's no", () => {
  const denied = async (client: Registered, action: string, skills?: string[]) => {
    const person = new Person();
    const form = (await person.consent(authorizationUrl(worker, client))) as Form;
    form.fields.set("action", action);
    if (skills) form.fields.delete("skill");
    return person.request(form.action, form.fields);
  };

  // rule: authorization/no-opens-no-application
  it("goes to a site and to this computer by itself", async () => {
    for (const redirect of [WEB, REDIRECT_URI]) {
      const client = await register(worker, { redirect_uris: [redirect] });
      const answer = await denied(client, "deny");
      expect([answer.status, new URL(answer.headers.get("location")!).searchParams.get("error")]).toEqual([302, "access_denied"]);
    }
  });

  // rule: authorization/no-opens-no-application: a no opens no application
  it("opens no application: a link does", async () => {
    const answer = await denied(await register(worker, { redirect_uris: [CURSOR] }), "deny");
    expect([answer.status, answer.headers.has("location"), answer.headers.has("refresh")]).toEqual([200, false, false]);
    const html = await answer.text();
    expect(html).toContain("nothing was opened");
    expect(html).not.toMatch(/http-equiv|<form/);
    expect(html).toMatch(/href="cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback\?error=access_denied/);
  });

  // rule: authorization/no-opens-no-application
  it("is no approval of nothing: the page asks again", async () => {
    const answer = await denied(await register(worker, { redirect_uris: [CURSOR] }), "approve", []);
    expect([answer.status, answer.headers.has("location"), answer.headers.has("refresh")]).toEqual([200, false, false]);
    const html = await answer.text();
    expect(html).toContain("Nothing was ticked");
    expect(html).toContain('action="/oauth/authorize"');
    expect(html).not.toContain(" checked");
  });

  // rule: authorization/no-opens-no-application
  it("at Sentry comes after a yes here, so that the application hears of it", async () => {
    const client = await register(worker, { redirect_uris: [CURSOR] });
    const callback = await new Person().authorize(authorizationUrl(worker, client), { deny: "sentry" });
    expect(callback.href).toMatch(/^cursor:.*error=access_denied/);
  });
});

describe("a redirect URI with a parameter of the answer in its query", () => {
  const queries = ["code=x", "iss=https://evil.example", "state=x", "error=access_denied", "error_description=x", "error_uri=x", "a=1&%63ode=x", "st%61te", "&&iss=", "a;code=x", "+code=x", "CODE=x", "code[]=x", "a=b&error"];

  // rule: clients/no-parameter-twice
  it.each(queries)("(?%s) is nobody's: whoever reads the first of two would read the client's", async (query) => {
    for (const base of [WEB, REDIRECT_URI, CURSOR]) {
      const uri = `${base}?${query}`;
      expect(await registering([uri]), uri).toBe("400 invalid_redirect_uri");
      expect(await registering([base, uri]), uri).toBe("400 invalid_redirect_uri");
    }
  });

  // rule: clients/no-parameter-twice
  it.each(queries)("(?%s) is refused of a client that was kept, described or pushed with it", async (query) => {
    const uri = `${WEB}?${query}`;
    const described = publish(`https://answers${queries.indexOf(query)}.example/c.json`, [uri, WEB]);
    for (const client of [await kept("Old Client", [uri]), described]) {
      const page = await new Person().request(authorizationUrl(worker, client, { redirect_uri: uri }));
      expectNoWayOut(page);
      expect(await page.text(), client.client_id).toContain("parameter of the answer");
      const { searchParams } = authorizationUrl(worker, client, { redirect_uri: uri });
      const pushed = await postForm(worker, "/oauth/par", Object.fromEntries(searchParams));
      expect([pushed.status, await pushed.json()]).toEqual([400, expect.objectContaining({ error: "invalid_request" })]);
    }
    expect((await worker.fetch(authorizationUrl(worker, { ...described, redirect_uris: [WEB] }).href)).status).toBe(200);
  });

  // rule: clients/no-parameter-twice
  it("is told from one whose parameters are only alike", async () => {
    const uri = `${WEB}?codes=1&coder=2&state.x=3&a=code=4&%2563ode=5`;
    const client = await register(worker, { redirect_uris: [uri] });
    const location = await new Person().authorize(authorizationUrl(worker, client));
    expect(location.href.startsWith(`${uri}&`)).toBe(true);
    expect(location.searchParams.getAll("code")).toHaveLength(1);
  });
});

describe("an address of this server", () => {
  const own = ["/oauth/callback", "/oauth/authorize?client_id=x", "/account", "/api/auth/callback", "/"];

  // rule: clients/redirect-leads-elsewhere
  it.each(own)("(%s) is no redirect URI of a registered client", async (path) => {
    for (const origin of [PUBLIC, "https://mcp.example.com:443", "https://MCP.example.com", "https://mcp.example.com."]) {
      expect(await registering([`${origin}${path}`], PUBLIC), origin).toBe("400 invalid_redirect_uri");
      expect(await registering([WEB, `${origin}${path}`], PUBLIC)).toBe("400 invalid_redirect_uri");
    }
    const { port } = worker.url;
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      const chats = path === "/api/auth/callback" && host === worker.url.hostname;
      expect(await registering([`http://${host}:${port}${path}`]), host).toBe(chats ? "201" : "400 invalid_redirect_uri");
    }
    expect(await registering([`https://other.example${path}`, `https://mcp.example.com:8443${path}`], PUBLIC)).toBe("201");
  });

  // rule: clients/redirect-leads-elsewhere
  it("is refused whatever port a loopback URI was registered with", async () => {
    const client = await register(worker, { redirect_uris: ["http://127.0.0.1/oauth/callback"] });
    const page = await new Person().request(authorizationUrl(worker, client, { redirect_uri: `${worker.origin}/oauth/callback` }));
    expectNoWayOut(page);
    expect(await page.text()).toContain("leads to this server itself");
    expect((await worker.fetch(authorizationUrl(worker, client, { redirect_uri: "http://127.0.0.1:1/oauth/callback" }).href)).status).toBe(200);
  });

  // rule: clients/redirect-leads-elsewhere
  it("is refused of a client that was kept, pushed, described or configured with it", async () => {
    const uri = `${PUBLIC}/oauth/callback`;
    const described = publish("https://selfish.example/c.json", [uri, WEB]);
    const clients = [await kept("Old Client", [uri]), described, { client_id: "mistaken", redirect_uris: [uri] }];
    for (const client of clients) {
      const page = await worker.at(authorizationUrl({ origin: PUBLIC }, client).href, { headers: { accept: "text/html" } });
      expectNoWayOut(page);
      expect(await page.text(), client.client_id).toContain("leads to this server itself");
    }
    const { searchParams } = authorizationUrl({ origin: PUBLIC }, clients[0]!);
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const pushed = await worker.at(`${PUBLIC}/oauth/par`, { method: "POST", headers, body: searchParams.toString() });
    expect([pushed.status, await pushed.json()]).toEqual([400, expect.objectContaining({ error: "invalid_request" })]);
    const others = [{ ...described, redirect_uris: [WEB] }, { client_id: "mistaken", redirect_uris: ["https://partner.example/cb"] }];
    for (const other of others) expect((await worker.at(authorizationUrl({ origin: PUBLIC }, other).href)).status).toBe(200);
  });

  // rule: clients/redirect-leads-elsewhere
  it("is the chat's, byte for byte: on https of its document alone, on http of a registration", async () => {
    const callback = "/api/auth/callback";
    const chat = { client_id: `${PUBLIC}/.well-known/oauth-client/demo-chat.json`, redirect_uris: [PUBLIC + callback] };
    expect((await worker.at(authorizationUrl({ origin: PUBLIC }, chat).href)).status).toBe(200);
    const posing = publish("https://posing.example/c.json", [PUBLIC + callback, WEB]);
    expect((await worker.at(authorizationUrl({ origin: PUBLIC }, posing).href)).status).toBe(400);
    for (const other of ["/", "?x", "/../callback"]) expect(await registering([worker.origin + callback + other])).toBe("400 invalid_redirect_uri");
    const local = await register(worker, { redirect_uris: [worker.origin + callback] });
    expect((await worker.fetch(authorizationUrl(worker, local).href)).status).toBe(200);
  });
});

// rule: clients/private-use-schemes
it("of a client in CLIENTS with a scheme that is not its own ends the configuration with a word", async () => {
  const clients = JSON.stringify([{ client_id: "x", redirect_uris: ["ssh://partner.example"] }]);
  await using broken = await startWorker({ sentry: sentry.url, vars: { CLIENTS: clients } });
  expect((await broken.fetch("/health")).status).toBe(500);
  expect((await broken.flushedLogs()).some(({ message }) => message.includes("CLIENTS"))).toBe(true);
});

// rule: authorization/form-action: `form-action` names the port and the scheme that the page needs, and nothing where
//    there is no form [CSP3 §6.4.1]
it("is what a form of the page may lead to, and no more", async () => {
  const sources = async (redirect_uri: string, origin = PUBLIC, changed: Parameters = {}) => {
    const client = await register(worker, { redirect_uris: [redirect_uri] });
    const url = authorizationUrl({ origin }, client, { code_challenge: pkce().challenge, ...changed });
    const response = origin === PUBLIC ? await worker.at(url.href) : await worker.fetch(url.href);
    expect(response.status).toBe(200);
    return /form-action ([^;]*)/.exec(response.headers.get("content-security-policy")!)![1]!.replace(`${sentry.url}`, "SENTRY");
  };
  expect(await sources(WEB)).toBe("'self' https: SENTRY");
  expect(await sources("http://127.0.0.1:33418/cb")).toBe("'self' https: SENTRY http://127.0.0.1:33418");
  expect(await sources("http://localhost/cb", PUBLIC, { redirect_uri: "http://localhost:41239/cb" })).toBe("'self' https: SENTRY http://localhost:41239");
  expect(await sources("http://[::1]:7/cb")).toBe("'self' https: SENTRY http:");
  expect(await sources(CURSOR)).toBe("'self' https: SENTRY cursor:");
  expect(await sources("com.example.app:/cb", worker.origin)).toBe("'self' https: SENTRY com.example.app:");

  await using live = await startWorker();
  const { client_id } = await register(live, { redirect_uris: [WEB] });
  const page = await live.at(authorizationUrl({ origin: PUBLIC }, { client_id, redirect_uris: [WEB] }).href);
  expect(page.headers.get("content-security-policy")).toMatch(/form-action 'self' https:$/);
});
