// The first page and what stands beside it, for people, agents and programs; and the headers of everything that is shown.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { REDIRECT_URI, type Registered, authorizationUrl, register, rpc, signIn } from "../support/oauth.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
let client: Registered;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
  client = await register(worker);
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

const NAMES = ["Claude Code", "Claude", "Cursor", "VS Code", "Codex", "Gemini CLI", "Zed", "Windsurf", "Goose", "Any other client"];
const get = (path: string, accept = "*/*") => worker.fetch(path, { headers: { accept } });

// rule: home/link-preview: whoever shows a link to the first page gets a description and a small picture
it("has a description and a picture for who shows a link to it, and may be found", async () => {
  const html = await (await worker.fetch("/", { headers: { accept: "text/html" } })).text();
  expect(html).toMatch(/<meta name="description" content="[^"]{50,200}">/);
  expect(html).not.toContain("noindex");
  const [, address] = /<meta property="og:image" content="([^"]+)">/.exec(html)!;
  expect(address).toBe(`${worker.origin}/og.png`);
  const picture = await worker.fetch("/og.png");
  expect(picture.headers.get("content-type")).toBe("image/png");
  const bytes = Buffer.from(await picture.arrayBuffer());
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const { readFileSync } = await import("node:fs");
  expect(bytes.equals(readFileSync(new URL("../../web/og.png", import.meta.url)))).toBe(true);
  expect(bytes.length).toBeLessThanOrEqual(4 * 1024);
});

// rule: home/ways-to-connect: a way to connect for each client, in HTML and Markdown; what programs read
describe("the home page", () => {
  it("has a way for each client, with the address that was asked", async () => {
    const html = await (await get("/", "text/html,application/xhtml+xml,*/*;q=0.8")).text();
    const ways = [...html.matchAll(/<div class="panel"><h3>([^<]+)<\/h3>([^]*?)<\/div>/g)];
    expect(ways.map(([, name]) => name)).toEqual(NAMES);
    for (const [, name, text] of ways) expect(text, name).toContain(`${worker.origin}/mcp`);
    const public_ = await (await worker.at("https://mcp.example.com/")).text();
    expect(public_).toContain("claude mcp add --transport http sentry https://mcp.example.com/mcp");
    expect(public_).not.toContain(new URL(worker.origin).host);
  });

  // rule: home/tools-page: every tool on a page for people, and a search that finds them as agents do
  it("leads to the tools, which are found by what is wanted", async () => {
    expect(await (await get("/", "text/html")).text()).toContain('href="/tools"');
    const names = (html: string) => [...html.matchAll(/<li class="row" id="([a-z_]+)">/g)].map(([, name]) => name);
    const all = await get("/tools", "text/html");
    expect(all.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const { tools } = (await (await get("/api/metadata")).json()) as { tools: { name: string }[] };
    expect(names(await all.text())).toEqual(tools.map(({ name }) => name));
    const found = names(await (await get("/tools?q=hand+it+to+Grace", "text/html")).text());
    expect(found[0]).toBe("update_issue");
    const hostile = await (await get("/tools?q=%3Cscript%3Ealert(1)", "text/html")).text();
    expect(hostile).not.toContain("<script>alert");
    expect((await get(`/tools?q=${"x".repeat(5_000)}`, "text/html")).status).toBe(200);
  });

  it("has links that Cursor and VS Code open, which hold the address", async () => {
    const html = await (await get("/")).text();
    const links = [...html.matchAll(/href="((?:cursor|vscode):[^"]+)"/g)].map(([, href]) => href!.replaceAll("&#38;", "&").replaceAll("&amp;", "&"));
    expect(links).toHaveLength(2);
    const cursor = new URL(links[0]!);
    expect(cursor.searchParams.get("name")).toBe("sentry");
    expect(JSON.parse(atob(cursor.searchParams.get("config")!))).toEqual({ url: `${worker.origin}/mcp` });
    expect(links[1]).toMatch(/^vscode:mcp\/install\?/);
    expect(JSON.parse(decodeURIComponent(links[1]!.split("?")[1]!))).toEqual({ name: "sentry", type: "http", url: `${worker.origin}/mcp` });
  });

  it("has snippets that are JSON where they look like it", async () => {
    const markdown = await (await get("/llms.txt")).text();
    const snippets = [...markdown.matchAll(/```\n(\{[^]*?)\n```/g)].map(([, text]) => text!);
    expect(snippets).toHaveLength(4);
    for (const snippet of snippets) expect(JSON.stringify(JSON.parse(snippet))).toContain(`"${worker.origin}/mcp"`);
  });

  it.each([
    ["text/markdown", "text/markdown"],
    ["text/markdown, text/html;q=0.9, */*", "text/markdown"],
    ["text/html, text/markdown", "text/html"],
    ["*/*", "text/html"],
  ])("to %s is %s", async (accept, type) => {
    const response = await get("/", accept);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("vary")).toMatch(/accept/i);
    const text = await response.text();
    if (type === "text/markdown") {
      expect(text).toMatch(/^# Sentry MCP\n\n> /);
      expect(text).not.toMatch(/<[a-z]|&#/i);
      for (const name of NAMES) expect(text).toContain(`### ${name}\n`);
    }
  });

  it("leads nowhere that is not there", async () => {
    const html = await (await get("/")).text();
    const links = new Set([...html.matchAll(/href="(\/[^"]*)"/g)].map(([, href]) => href!));
    expect(links.size).toBeGreaterThan(4);
    for (const link of links) expect((await get(link)).status, link).toBe(["/account", "/api/auth/authorize"].includes(link) ? 302 : 200);
    const markdown = await (await get("/", "text/markdown")).text();
    const named = [...markdown.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => address!);
    expect(named.length).toBeGreaterThan(3);
    for (const address of named) expect((await fetch(address)).status, address).toBe(200);
  });
});

// rule: chat-page/files: the page's files fit together, are kept for good, name their licences, and are small
describe("the chat's files", () => {
  it("are kept for a year under the address that this page gives them, and not under another's", async () => {
    const html = await (await get("/")).text();
    const addresses = [...html.matchAll(/(?:href|src)="(\/chat\.(?:css|js)\?v=[0-9a-f]{12})"/g)].map(([, address]) => address!);
    expect(addresses.map((address) => address.split("?")[0])).toEqual(["/chat.css", "/chat.js"]);
    for (const [address, type] of [[addresses[0]!, "text/css"], [addresses[1]!, "text/javascript"]] as const) {
      const asked = async (path: string) => (await get(path)).headers;
      expect((await asked(address)).get("cache-control")).toBe("public, max-age=31536000");
      expect((await asked(address)).get("content-type")).toBe(`${type}; charset=utf-8`);
      expect((await asked(address.replace(/.$/, "x"))).get("cache-control")).toBe("public, max-age=0");
      expect((await asked(address.replace(/\?.*/, ""))).get("cache-control")).toBe("public, max-age=3600");
    }
  });

  it("name every package that is in the script, with its licence", async () => {
    const script = await (await get("/chat.js")).text();
    for (const name of ["preact", "marked"]) expect(script).toContain(`/* ${name}\n`);
    expect(script.match(/permission/gi)!.length).toBeGreaterThan(2);
  });

  it("weigh no more than 60 KiB together, the script gzipped, and 20 KB the styles of the page", async () => {
    const { gzipSync } = await import("node:zlib");
    const [script, ...styles] = await Promise.all(["/chat.js", "/chat.css", "/style.css"].map(async (path) => Buffer.from(await (await get(path)).arrayBuffer())));
    expect(gzipSync(script!).length).toBeLessThanOrEqual(60 * 1024);
    expect(styles.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(20 * 1024);
  });
});

// rule: home/ways-to-connect
describe("beside it", () => {
  // rule: home/ways-to-connect
  it("/llms.txt is the Markdown of the home page", async () => {
    const response = await get("/llms.txt");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe(await (await get("/", "text/markdown")).text());
  });

  it("/mcp.json describes the service", async () => {
    const response = await get("/mcp.json");
    expect(response.headers.get("cache-control")).toMatch(/^public, max-age=\d+/);
    const health = (await (await get("/health")).json()) as { status: string; version: string };
    expect(await response.json()).toEqual({
      name: "sentry",
      version: health.version,
      description: expect.stringMatching(/Sentry/),
      endpoint: `${worker.origin}/mcp`,
      transport: "streamable-http",
      documentation: `${worker.origin}/`,
    });
  });

  it("/api/metadata lists the tools, and may be kept, and is for no other origin", async () => {
    const response = await get("/api/metadata");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toMatch(/^public, max-age=\d+/);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    const { tools } = (await response.json()) as { tools: { name: string; description: string }[] };
    const { tokens } = await signIn(worker, { choices: { skills: ["inspect", "seer", "triage", "project-management"] } });
    const { result } = (await (await rpc(worker, tokens.access_token, { method: "tools/list" })).json()) as { result: { tools: { name: string }[] } };
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(result.tools.map(({ name }) => name)));
    for (const { name, description } of tools) expect(description.length, name).toBeGreaterThan(10);
  });

  it("/robots.txt keeps crawlers out of what acts", async () => {
    const text = await (await get("/robots.txt")).text();
    expect(text).toMatch(/^User-agent: \*\n/);
    for (const path of ["/oauth/", "/account", "/mcp", "/api/"]) expect(text).toContain(`\nDisallow: ${path}\n`);
  });

  it.each(["GET", "POST"])("%s /sse is gone, with the way to go", async (method) => {
    const response = await worker.fetch("/sse", { method });
    expect(response.status).toBe(410);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ error: "gone", endpoint: `${worker.origin}/mcp` });
  });

  it("/favicon.ico is our mark", async () => {
    const response = await get("/favicon.ico");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("image/svg+xml");
    expect(await response.text()).toMatch(/^<svg /);
  });

  it("a path that is not ours is a page for people, and a line for programs", async () => {
    const page = await get("/nowhere/<b>", "text/html");
    expect([page.status, page.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain("Request ID");
    const line = await get("/nowhere");
    expect([line.status, await line.text()]).toEqual([404, "Not found\n"]);
  });
});

describe("headers", () => {
  type Kind = "page" | "json" | "public" | "redirect" | "text";
  interface Route {
    method?: string;
    path: string;
    status: number;
    kind: Kind;
    /** Of a page: `Cross-Origin-Opener-Policy`, which must not be on the way of a sign-in. */
    opener?: string | null;
    accept?: string;
  }
  const html = "text/html";
  const authorize = () => authorizationUrl({ origin: "https://mcp.example.com" }, client);
  const routes: () => Route[] = () => [
    { path: authorize().href.slice(23), status: 200, kind: "page", opener: null },
    { path: "/oauth/authorize?client_id=gone", status: 400, kind: "page", opener: null },
    { path: "/oauth/authorize?client_id=gone", status: 400, kind: "json", accept: "application/json" },
    { path: "/oauth/authorize", method: "POST", status: 403, kind: "page", opener: null },
    { path: "/oauth/authorize", method: "DELETE", status: 405, kind: "text" },
    { path: authorizationUrl({ origin: "https://mcp.example.com" }, client, { response_type: "x" }).href.slice(23), status: 302, kind: "redirect" },
    { path: "/oauth/callback", status: 400, kind: "page", opener: null },
    { path: "/oauth/callback?state=x&error=access_denied", status: 400, kind: "page", opener: null },
    { path: "/oauth/check", status: 200, kind: "page", opener: "same-origin" },
    { path: "/oauth/check?client_id=x", status: 200, kind: "page", opener: "same-origin" },
    { path: "/oauth/check?client_id=x", status: 200, kind: "json", accept: "application/json" },
    { path: "/", status: 200, kind: "page", opener: "same-origin-allow-popups" },
    { path: "/", status: 200, kind: "public", accept: "text/markdown" },
    { path: "/nowhere", status: 404, kind: "page", opener: "same-origin", accept: html },
    { path: "/nowhere", status: 404, kind: "text" },
    { path: "/account", status: 302, kind: "redirect" },
    { path: "/account/history", status: 302, kind: "redirect" },
    { path: "/account/history.json", status: 403, kind: "page", opener: "same-origin" },
    { path: "/account/revoke", method: "POST", status: 403, kind: "page", opener: "same-origin" },
    { path: "/account/revoke", status: 405, kind: "text" },
    { path: "/oauth/token", method: "POST", status: 415, kind: "json" },
    { path: "/oauth/register", method: "POST", status: 415, kind: "json" },
    { path: "/oauth/revoke", method: "POST", status: 415, kind: "json" },
    { path: "/oauth/introspect", method: "POST", status: 415, kind: "json" },
    { path: "/oauth/par", method: "POST", status: 415, kind: "json" },
    { path: "/mcp", method: "POST", status: 401, kind: "json" },
    { path: "/mcp/acme/web", method: "POST", status: 401, kind: "json" },
    { path: "/mcp", status: 405, kind: "text" },
    { path: "/.well-known/oauth-authorization-server", status: 200, kind: "public" },
    { path: "/.well-known/oauth-authorization-server/mcp/acme", status: 200, kind: "public" },
    { path: "/.well-known/openid-configuration", status: 200, kind: "public" },
    { path: "/mcp/.well-known/openid-configuration", status: 200, kind: "public" },
    { path: "/.well-known/oauth-protected-resource/mcp", status: 200, kind: "public" },
    { path: "/.well-known/oauth-client/demo-chat.json", status: 200, kind: "public" },
    { path: "/llms.txt", status: 200, kind: "public" },
    { path: "/mcp.json", status: 200, kind: "public" },
    { path: "/robots.txt", status: 200, kind: "public" },
    { path: "/api/metadata", status: 200, kind: "public" },
    { path: "/api/auth/authorize", status: 302, kind: "redirect" },
    { path: "/api/auth/callback", status: 302, kind: "redirect" },
    { path: "/api/auth/status", status: 200, kind: "json" },
    { path: "/api/auth/logout", method: "POST", status: 415, kind: "json" },
    { path: "/api/chat", method: "POST", status: 415, kind: "json" },
    { path: "/favicon.ico", status: 200, kind: "public" },
    { path: "/style.css", status: 200, kind: "public" },
    { path: "/chat.css", status: 200, kind: "public" },
    { path: "/chat.js", status: 200, kind: "public" },
    { path: "/page.js", status: 200, kind: "public" },
    { path: "/og.png", status: 200, kind: "public" },
    { path: "/tools", status: 200, kind: "page", opener: "same-origin" },
    { path: "/sse", status: 410, kind: "json" },
    { path: "/health", status: 200, kind: "json" },
  ];

  // rule: authorization/strict-headers
  // rule: authorization/form-action
  // rule: chat-page/script-of-ours-only: a script only on the first page, of ours, that cannot make HTML of a text
  it("of every route are those of its kind", async () => {
    for (const { method = "GET", path, status, kind, opener, accept = "*/*" } of routes()) {
      const init = { method, headers: { accept, ...(["/oauth/authorize", "/account/revoke"].includes(path) && { origin: "https://evil.example" }) } };
      const response = await worker.at(`https://mcp.example.com${path}`, init);
      const name = `${method} ${path} as ${accept}`;
      const header = (of: string) => response.headers.get(of);
      expect(response.status, name).toBe(status);
      expect(header("x-request-id"), name).toMatch(/^[0-9a-f]{16}$/);
      expect(header("cache-control"), name).toMatch(kind === "public" ? /^public, max-age=\d+$/ : /^no-store$/);
      if (kind === "json") expect(header("content-type"), name).toBe("application/json");
      if (kind !== "page") {
        expect(header("content-type") ?? "", name).not.toContain("html");
        continue;
      }
      expect(header("content-type"), name).toBe("text/html; charset=utf-8");
      expect(header("x-frame-options"), name).toBe("DENY");
      expect(header("referrer-policy"), name).toBe("same-origin");
      expect(header("x-content-type-options"), name).toBe("nosniff");
      expect(header("strict-transport-security"), name).toMatch(/^max-age=\d{7,}/);
      expect(header("cross-origin-opener-policy"), name).toBe(opener);
      expect(header("access-control-allow-origin"), name).toBe(null);
      const policy = header("content-security-policy")!;
      for (const part of ["default-src 'none'", "style-src 'self'", "img-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) {
        expect(policy, name).toContain(part);
      }
      // Where its forms may lead: a sign-in goes on to anywhere on https, the check stays here, and no other page has one.
      const forms = status === 200 && path.startsWith("/oauth/authorize") ? "'self' https:" : path.startsWith("/oauth/check") || path === "/tools" ? "'self'" : "'none'";
      expect(/form-action ([^;]*?)(?: http:.*)?(?:;|$)/.exec(policy)?.[1], name).toBe(forms);
      expect(policy, name).not.toMatch(/unsafe|\*/);
      // A script on pages with something to copy only, of ours, which cannot make HTML of a text.
      const script = "script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
      const copies = "script-src https://mcp.example.com/page.js; require-trusted-types-for 'script'; trusted-types 'none'";
      if (["/", "/tools"].includes(path)) expect(policy.split(/form-action [^;]*; /)[1], name).toBe(script);
      else if ((await response.text()).includes('<pre class="facts"')) expect(policy.split(/form-action [^;]*; /)[1], name).toBe(copies);
      else expect(policy, name).not.toMatch(/script|connect/);
    }
  });

  // rule: authorization/strict-headers
  it("are asked of every route that the router knows", async () => {
    const { readFileSync } = await import("node:fs");
    const router = readFileSync(new URL("../../src/router.rs", import.meta.url), "utf8");
    const body = router.slice(router.indexOf("match (method, segments.as_slice())"), router.indexOf("fn joined"));
    const patterns = [...body.matchAll(/\[[^\]]*\]/g)].map(([pattern]) => pattern).join("");
    const known = new Set([...patterns.matchAll(/"([a-z][a-z.-]*)"/g)].map(([, segment]) => segment!));
    const asked = routes().map(({ path }) => path).join(" ");
    const missing = [...known].filter((segment) => !asked.includes(segment));
    expect(known.size).toBeGreaterThan(15);
    expect(missing).toEqual([]);
  });
});

describe("a client that is new here", () => {
  const consent = async (at: TestWorker, of: Registered) => (await at.fetch(authorizationUrl(at, of).href)).text();
  /** Whom Sentry names at the next sign-in: the local one knows two people. */
  let person = "1";
  const somebody: Outgoing = async (request) => {
    if (!request.url.endsWith("/oauth/token/")) return undefined;
    const { Response, fetch } = await import("miniflare");
    const answer = await fetch(request);
    const tokens = (await answer.json()) as { user: object };
    return new Response(JSON.stringify({ ...tokens, user: { ...tokens.user, id: person } }), { status: answer.status, headers: { "content-type": "application/json" } });
  };
  const DAY = 86_400;
  interface Namespace {
    list(options: { prefix: string }): Promise<{ keys: { name: string }[] }>;
    get(key: string): Promise<string | null>;
    put(key: string, value: string): Promise<void>;
  }
  interface Entry {
    known_until?: number;
    newcomer?: { since: number; people: string[] };
  }
  const entryOf = async (at: TestWorker, kind: string) => {
    const kv = (await at.miniflare.getKVNamespace("OAUTH_KV")) as unknown as Namespace;
    const [name, ...more] = (await kv.list({ prefix: `${kind}:` })).keys.map((key) => key.name);
    expect(more).toEqual([]);
    return { kv, name: name!, entry: JSON.parse((await kv.get(name!))!) as Entry };
  };
  const signInAs = async (at: TestWorker, who: string, client: Registered) => {
    person = who;
    return signIn(at, { client });
  };

  // rule: clients/new-clients-marked
  // rule: clients/little-kept-of-people
  it("is marked until three people have signed in with it, however often one does", async () => {
    await using own = await startWorker({ sentry: sentry.url, outgoing: somebody });
    const fresh = await register(own, { client_name: "Fresh Editor" });
    expect(await consent(own, fresh)).toContain("new here");
    const people = async () => (await entryOf(own, "client")).entry.newcomer?.people.length;
    for (const [who, count] of [["4711", 1], ["4711", 1], ["4712", 2], ["4711", 2]] as const) {
      await signInAs(own, who, fresh);
      await expect.poll(people).toBe(count);
      expect(await consent(own, fresh), who).toContain("new here");
    }
    const { entry } = await entryOf(own, "client");
    expect(JSON.stringify(entry), "no id of a person").not.toMatch(/471[12]/);
    await signInAs(own, "4713", fresh);
    await expect.poll(() => consent(own, fresh)).not.toContain("new here");
    expect((await entryOf(own, "client")).entry, "nobody is remembered").not.toHaveProperty("newcomer");
  });

  // rule: clients/new-clients-marked
  it("is marked for thirty days after the first", async () => {
    await using own = await startWorker({ sentry: sentry.url, outgoing: somebody });
    const fresh = await register(own, { client_name: "Fresh Editor" });
    await signInAs(own, "4711", fresh);
    await expect.poll(async () => (await entryOf(own, "client")).entry.newcomer?.since).toBeGreaterThan(0);
    const { kv, name, entry } = await entryOf(own, "client");
    const at = (days: number) => ({ ...entry, newcomer: { ...entry.newcomer, since: entry.newcomer!.since - days * DAY } });
    await kv.put(name, JSON.stringify(at(29)));
    expect(await consent(own, fresh)).toContain("new here");
    await kv.put(name, JSON.stringify(at(30)));
    expect(await consent(own, fresh)).not.toContain("new here");
  });

  // rule: clients/new-clients-marked
  it("was signed in with under the version before, and is not new", async () => {
    await using own = await startWorker({ sentry: sentry.url, outgoing: somebody });
    const fresh = await register(own, { client_name: "Fresh Editor" });
    const { kv, name, entry } = await entryOf(own, "client");
    await kv.put(name, JSON.stringify({ ...entry, known_until: Math.floor(Date.now() / 1000) + 60 * DAY }));
    expect(await consent(own, fresh)).not.toContain("new here");
    await signInAs(own, "4711", fresh);
    await own.flushedLogs();
    expect(await consent(own, fresh)).not.toContain("new here");
  });

  // rule: clients/new-clients-marked
  it("is one that the operator registered at no time", async () => {
    const CLIENTS = JSON.stringify([{ client_id: "known", client_name: "Known", redirect_uris: [REDIRECT_URI] }]);
    await using own = await startWorker({ sentry: sentry.url, vars: { CLIENTS } });
    expect(await consent(own, { client_id: "known", redirect_uris: [REDIRECT_URI] })).not.toContain("new here");
  });

  // rule: clients/new-clients-marked
  it.each(["max-age=300", "no-store"])("may have a document that is %s", async (caching) => {
    const client_id = "https://client.example/c.json";
    const { Response } = await import("miniflare");
    const body = JSON.stringify({ client_id, client_name: "Example Editor", redirect_uris: [REDIRECT_URI] });
    await using own = await startWorker({
      sentry: sentry.url,
      outgoing: (request) => (request.url === client_id ? new Response(body, { headers: { "content-type": "application/json", "cache-control": caching } }) : somebody(request)),
    });
    const described = { client_id, redirect_uris: [REDIRECT_URI] };
    expect(await consent(own, described)).toContain("new here");
    for (const [who, count] of [["4711", 1], ["4712", 2]] as const) {
      await signInAs(own, who, described);
      await expect.poll(async () => (await entryOf(own, "document")).entry.newcomer?.people.length).toBe(count);
      expect(await consent(own, described), who).toContain("new here");
    }
    await signInAs(own, "4713", described);
    await expect.poll(() => consent(own, described)).not.toContain("new here");
  });
});
