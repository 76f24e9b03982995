// The test client against the built worker and the local Sentry, as its documentation says to run it.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { withSite } from "../support/site.ts";
import { Computer } from "../support/computer.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const DOCUMENT = "https://client.example/client-metadata.json";
const documents = new Map<string, ServedDocument>();

let sentry: DemoSentry;
let worker: TestWorker;
withSite((site) => ({ sentry, worker } = site), { outgoing: serveDocuments(documents) });
beforeEach(() => {
  const crate = join(dirname(dirname(import.meta.dirname)), "crates", "mcp-test-client");
  documents.set(DOCUMENT, { body: readFileSync(join(crate, "client-metadata.json"), "utf8") });
});

const at = (site: TestWorker, ...args: string[]) => ["--mcp-host", site.origin, "--no-browser", ...args];
const whoami = ["--tool", "whoami"];

describe.each([
  ["registration", []],
  ["the ready metadata document", ["--client-metadata-url", DOCUMENT]],
])("by %s", (kind, who) => {
  // rule: test-client/by-document
  // rule: test-client/tokens-kept-close
  it("signs in once, calls tools, and keeps its tokens to itself", async () => {
    using computer = new Computer();
    const first = await computer.run(at(worker, ...who, ...whoami));
    expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining("Ada") });
    expect(first.links).toHaveLength(1);
    const asked = first.links[0]!.searchParams;
    expect(asked.get("resource")).toBe(`${worker.origin}/mcp`);
    expect(asked.get("client_id") === DOCUMENT).toBe(kind !== "registration");

    const second = await computer.run(at(worker, ...who, "--list", "--json"));
    expect(second).toMatchObject({ status: 0, links: [] });
    const { server, tools } = JSON.parse(second.stdout) as { server: { protocolVersion: string }; tools: { name: string }[] };
    expect(server.protocolVersion).toBe("2026-07-28");
    expect(tools.map(({ name }) => name)).toContain("search_issues");

    const files = readdirSync(computer.state);
    expect(files.map((name) => name.split("-")[0]).sort()).toEqual(kind === "registration" ? ["client", "tokens"] : ["tokens"]);
    for (const name of files) expect(statSync(join(computer.state, name)).mode & 0o777).toBe(0o600);
    const secret = /smcp_/;
    for (const { stdout, stderr } of [first, second]) expect(stdout + stderr).not.toMatch(secret);
  });

  // rule: test-client/refresh
  it("refreshes what has ended, without a browser", async () => {
    await using hasty = await startWorker({ sentry: sentry.url, vars: { ACCESS_TOKEN_TTL: "1" }, outgoing: serveDocuments(documents) });
    using computer = new Computer();
    await computer.run(at(hasty, ...who, ...whoami));
    const again = await computer.run(at(hasty, ...who, ...whoami));
    expect(again).toMatchObject({ status: 0, links: [], stderr: expect.stringContaining("the token was refreshed") });
  });

  // rule: test-client/refresh
  it("signs in anew where its grant was revoked", async () => {
    using computer = new Computer();
    await computer.run(at(worker, ...who, ...whoami));
    const [file] = readdirSync(computer.state).filter((name) => name.startsWith("tokens"));
    const kept = readFileSync(join(computer.state, file!), "utf8");
    const { refresh_token: token, client_id } = (JSON.parse(kept) as { tokens: Record<string, string> }).tokens;
    const body = new URLSearchParams({ token: token!, client_id: client_id! });
    expect((await worker.fetch("/oauth/revoke", { method: "POST", body })).status).toBe(200);

    const again = await computer.run(at(worker, ...who, ...whoami));
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("Ada") });
    expect(again.stderr).toContain("the sign-in is over");
    expect(again.links).toHaveLength(1);
  });
});

// rule: test-client/step-up
it("signs in for more when a tool needs more, and calls it then", async () => {
  using computer = new Computer();
  const narrow = await computer.run(at(worker, "--scope", "org:read", ...whoami));
  expect(narrow.links[0]!.searchParams.get("scope")).toBe("org:read");
  const args = JSON.stringify({ organizationSlug: "lighthouse-books", issueId: "CHECKOUT-7", status: "resolved" });
  const more = await computer.run(at(worker, "--tool", "update_issue", "--args", args), {
    choices: { skills: ["inspect", "triage"] },
  });
  expect(more, more.stderr).toMatchObject({ status: 0 });
  expect(more.links).toHaveLength(1);
  expect(more.links[0]!.searchParams.get("scope")!.split(" ").sort()).toEqual(["event:write", "org:read"]);
  expect(more.stderr).toContain("more is needed");
});

describe("an answer that is not to be believed", () => {
  // rule: test-client/state-and-iss-first
  it.each<[string, (url: URL) => void, string]>([
    ["another state", (url) => url.searchParams.set("state", "other"), "RFC 6749 §10.12"],
    ["another issuer", (url) => url.searchParams.set("iss", "https://evil.example"), "RFC 9207 §2.4"],
    ["no issuer", (url) => url.searchParams.delete("iss"), "RFC 9207 §2.4"],
    ["two codes", (url) => url.searchParams.append("code", "x"), "RFC 6749 §3.1"],
  ])("(%s) ends the sign-in before its code is used", async (_, change, section) => {
    using computer = new Computer();
    const ended = await computer.run(at(worker, "--json", ...whoami), {
      tamper: (url) => {
        change(url);
        return url;
      },
    });
    expect(ended.status).toBe(4);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { kind: "sign_in", section, status: 4 } });
    expect(readdirSync(computer.state).filter((name) => name.startsWith("tokens"))).toEqual([]);
  });
});

it("says so when the person says no", async () => {
  using computer = new Computer();
  const ended = await computer.run(at(worker, ...whoami), { choices: { deny: "here" } });
  expect(ended).toMatchObject({ status: 4, stderr: expect.stringContaining("access_denied") });
});

// rule: test-client/document-needs-http
it("refuses a metadata document where the transport would be stdio, and says what to do", async () => {
  using computer = new Computer();
  const env = { SENTRY_ACCESS_TOKEN: "token", MCP_CLIENT_METADATA_URL: DOCUMENT };
  const refused = await computer.run(at(worker, ...whoami), { env });
  expect(refused).toMatchObject({ status: 2, links: [], stderr: expect.stringContaining("Add --transport http") });
  const signedIn = await computer.run(at(worker, "--transport", "http", ...whoami), { env });
  expect(signedIn).toMatchObject({ status: 0, stdout: expect.stringContaining("Ada") });
});

// rule: test-client/tokens-kept-close
it("revokes and forgets at logout", async () => {
  using computer = new Computer();
  await computer.run(at(worker, ...whoami));
  const [file] = readdirSync(computer.state).filter((name) => name.startsWith("tokens"));
  const { access_token } = (JSON.parse(readFileSync(join(computer.state, file!), "utf8")) as { tokens: { access_token: string } }).tokens;
  const out = await computer.run(["logout", "--mcp-host", worker.origin]);
  expect(out).toMatchObject({ status: 0, stdout: expect.stringContaining("Signed out") });
  const gone = await worker.fetch("/mcp", { method: "POST", headers: { authorization: `Bearer ${access_token}` } });
  expect(gone.status).toBe(401);
  expect(readdirSync(computer.state).filter((name) => name.startsWith("tokens"))).toEqual([]);
});

// rule: test-client/revisions
it("takes commands from a pipe, in each revision", async () => {
  using computer = new Computer();
  for (const version of ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]) {
    const ended = await computer.run(at(worker, "--protocol-version", version), {
      input: "/whoami\n# nothing\n/call find_organizations {}\n/prompts\n/nonsense\n",
    });
    expect(ended.stdout, version).toMatch(/Ada[^]*lighthouse-books/);
    expect(ended, version).toMatchObject({ status: 2, stderr: expect.stringContaining("there is no command /nonsense") });
  }
});

describe("in words", () => {
  it("runs tools with a model, and asks before anything changes", async () => {
    using computer = new Computer();
    const env = { LLM_API_KEY: "key", LLM_BASE_URL: `${sentry.url}/v1`, LLM_MODEL: "scripted" };
    const ended = await computer.run(at(worker, "what broke today?"), { env });
    expect(ended, ended.stderr).toMatchObject({ status: 0 });
    expect(ended.stderr).toMatch(/· \w+ .*: done/);
    expect(ended.stdout.length).toBeGreaterThan(20);
    const json = await computer.run(at(worker, "--json", "what broke today?"), { env });
    const said = JSON.parse(json.stdout) as { answer: string; steps: { outcome: string }[] };
    expect(said.answer.length).toBeGreaterThan(20);
    expect(said.steps[0]).toMatchObject({ outcome: "done" });
  });

  it("says what is needed where there is no model", async () => {
    using computer = new Computer();
    const ended = await computer.run(at(worker, "what broke today?"));
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining("LLM_API_KEY") });
  });
});

// rule: test-client/network-lost
it("says where nobody answers", async () => {
  using computer = new Computer();
  const ended = await computer.run(["--mcp-host", "http://127.0.0.1:1", "--list"]);
  expect(ended).toMatchObject({ status: 3, stderr: expect.stringContaining("http://127.0.0.1:1/mcp") });
});
