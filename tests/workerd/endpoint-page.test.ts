// The address of the endpoint, opened by a person: a page for them, and 405 for everybody else as before.
// file rule: home/endpoint-page: in a browser `/mcp` and the paths below it are a page with the address and a block per client; a
//    query brings nothing into it that means nothing; everybody else gets 405
import { describe, expect, it } from "vitest";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

let worker: TestWorker;
withSite((site) => ({ worker } = site));

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const open = (path: string, accept = BROWSER, method = "GET") => worker.fetch(path, { method, headers: { accept } });
const CLIENTS = ["Claude Code", "Cursor", "VS Code", "Codex", "Gemini CLI", "Windsurf", "Zed", "Goose"];
const text = (html: string) => html.replaceAll("&#34;", '"').replaceAll("&#38;", "&").replaceAll("&amp;", "&").replaceAll("&quot;", '"');

describe("in a browser", () => {
  it.each([
    ["/mcp", "what you can see in Sentry"],
    ["/mcp/acme", "the organization acme alone"],
    ["/mcp/acme/web", "the project web of the organization acme alone"],
  ])("%s is a page with the address to copy and a block per client", async (path, reach) => {
    const response = await open(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
    const html = text(await response.text());
    const address = worker.origin + path;
    expect(html).toContain(`<pre class="address"><code>${address}</code></pre>`);
    expect(html).toContain(`It reaches ${reach}.`);
    for (const client of CLIENTS) expect(html).toContain(`<h3>${client}</h3>`);
    expect(html).toContain(`claude mcp add --transport http sentry ${address}`);
    expect(html).toContain(`{ "servers": { "sentry": { "type": "http", "url": "${address}" } } }`);
    expect(html).toContain(`uri: ${address}`);
  });

  it("keeps of a query what means something, in quotes where a shell reads it", async () => {
    const html = text(await (await open("/mcp/acme?readonly=1&utm_source=x%3B%20rm%20-rf%20%7E&all=1&x=%22%60id%60%24%28id%29")).text());
    expect(html).toContain(`claude mcp add --transport http sentry "${worker.origin}/mcp/acme?readonly=1&all=1"`);
    expect(html).toContain("Its parameters limit it: it reads only.");
    for (const foreign of ["rm -rf", "utm_source", "`id`", "$(id)"]) expect(html).not.toContain(foreign);
  });

  it("says what is wrong with a parameter, and gives no way to connect", async () => {
    const response = await open("/mcp?skills=inspect,<b>admin");
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).toContain("there is no such skill");
    expect(html).not.toContain("<b>admin");
    expect(html).not.toContain("claude mcp add");
  });

  it.each(["/mcp/", "/mcp/acme/"])("%s is the same, with a slash", async (path) => {
    expect((await open(path)).status).toBe(200);
  });

  it.each(["/mcp/a/b/c", "/mcp/-x", "/mcp/a%2Fb"])("%s is not there", async (path) => {
    const response = await open(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  it("is a 403 page over plain http elsewhere, as all of it", async () => {
    const response = await worker.at("http://mcp.example.com/mcp", { headers: { accept: BROWSER } });
    expect(response.status).toBe(403);
  });
});

describe("for everybody else", () => {
  it.each([
    ["GET", "text/event-stream"],
    ["GET", "application/json, text/event-stream"],
    ["GET", "text/html, text/event-stream"],
    ["GET", "*/*"],
    ["GET", "application/json"],
    ["HEAD", BROWSER],
    ["DELETE", BROWSER],
    ["PUT", BROWSER],
  ])("%s that accepts %s is 405", async (method, accept) => {
    for (const path of ["/mcp", "/mcp/acme/web?readonly=1"]) {
      const response = await open(path, accept, method);
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST, OPTIONS");
    }
  });
});
