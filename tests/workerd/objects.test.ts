// The Durable Object that lets a thing be used once, and a deployment that is not complete: it says so in one log line
// and answers 500, whatever is asked of it.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type TestWorker, type WorkerOptions, startWorker } from "../support/worker.ts";

describe("OnceObject", () => {
  let worker: TestWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker?.stop());

  interface Namespace {
    idFromName(name: string): unknown;
    get(id: unknown): { fetch(url: string, init: RequestInit): Promise<Response> };
  }

  /** Claims the thing of that name; true for the first. */
  async function claim(name: string, lifetime = 60): Promise<boolean> {
    const namespace = (await worker.miniflare.getDurableObjectNamespace("ONCE")) as unknown as Namespace;
    const body = JSON.stringify({ lifetime });
    const response = await namespace.get(namespace.idFromName(name)).fetch("https://object/", { method: "POST", body });
    expect(response.status).toBe(200);
    return ((await response.json()) as { first: boolean }).first;
  }

  it("has one first among 20 at once, and none later", async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim("a jti")));
    expect(claims.filter((first) => first)).toHaveLength(1);
    expect(await claim("a jti")).toBe(false);
  });

  it("tells things apart", async () => {
    expect([await claim("one"), await claim("two"), await claim("one")]).toEqual([true, true, false]);
  });

  it("remembers through an eviction", async () => {
    expect(await claim("evicted")).toBe(true);
    await worker.miniflare.unsafeEvictDurableObject("worker", "OnceObject", { name: "evicted" });
    expect(await claim("evicted")).toBe(false);
  });

  it("forgets by its alarm when the thing could no longer be presented", async () => {
    expect(await claim("short-lived", 1)).toBe(true);
    expect(await claim("short-lived", 1)).toBe(false);
    // A later claim does not lengthen the memory.
    await vi.waitUntil(() => claim("short-lived", 60), { timeout: 10_000 });
  });
});

describe("a deployment that lacks", () => {
  const cases: [name: string, options: WorkerOptions][] = [
    ...["SENTRY_CLIENT_ID", "SENTRY_CLIENT_SECRET", "COOKIE_SECRET"].map(
      (name): [string, WorkerOptions] => [name, { vars: { [name]: undefined } }],
    ),
    ...["OAUTH_KV", "GRANTS", "ACCOUNTS", "ONCE", "ASSETS"].map((name): [string, WorkerOptions] => [name, { without: name }]),
  ];

  // rule: clients/incomplete-deployment: a deployment that is not complete says so once and answers 500
  it.each(cases)("%s answers 500 and names it in one log line", async (name, options) => {
    await using worker = await startWorker(options);
    await expectIncomplete(worker, name);
  });
});

it("a secret of white space alone counts as missing", async () => {
  await using worker = await startWorker({ vars: { SENTRY_CLIENT_SECRET: " \n " } });
  await expectIncomplete(worker, "SENTRY_CLIENT_SECRET");
});

describe("a deployment with an unusable", () => {
  // rule: clients/incomplete-deployment
  it.each([
    ["SENTRY_URL", "http://sentry.example"],
    ["SENTRY_URL", "not a URL"],
    ["ACCESS_TOKEN_TTL", "1h"],
    ["ACCESS_TOKEN_TTL", "0"],
    ["REFRESH_TOKEN_TTL", "-1"],
    ["CLIENT_REGISTRATION_TTL", "9".repeat(40)],
    ["REFRESH_REUSE", "sometimes"],
    ["COOKIE_SECRET", " , ,"],
  ])("%s (%s) answers 500 and says so in one log line", async (name, value) => {
    await using worker = await startWorker({ vars: { [name]: value } });
    await expectIncomplete(worker, name);
  });
});

describe("a COOKIE_SECRET under 32 bytes", () => {
  // rule: tokens/key-per-use
  it.each(["short-and-sweet", "a-value-that-is-long-enough-by-far-indeed,short-and-sweet"])(
    "(%s) is refused on a public origin, taken in local work, and not shown",
    async (COOKIE_SECRET) => {
      await using worker = await startWorker({ vars: { COOKIE_SECRET } });
      expect((await worker.fetch("/health")).status).toBe(200);
      const response = await worker.at("https://mcp.example.com/health");
      expect(response.status).toBe(500);
      const log = (await worker.flushedLogs()).map(({ message }) => message).join("\n");
      expect(log).toContain("COOKIE_SECRET");
      expect(log + (await response.text())).not.toContain("short-and-sweet");
    },
  );
});

async function expectIncomplete(worker: TestWorker, name: string) {
  for (const path of ["/health", "/.well-known/oauth-authorization-server", "/oauth/authorize?client_id=x", "/nowhere"]) {
    const response = await worker.fetch(path);
    expect(response.status, path).toBe(500);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const body = (await response.json()) as Record<string, unknown>;
    expect(body.error).toBe("server_error");
    // The reason is for the operator alone.
    expect(JSON.stringify(body)).not.toContain(name);
    const id = response.headers.get("x-request-id")!;
    const problems = (await worker.flushedLogs()).filter(({ message }) => message.includes(id) && message.includes("this deployment is not complete"));
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining(name)]);
    expect(problems[0]!.message).not.toMatch(/panicked|unwrap/);
  }
  expect((await worker.fetch("/mcp", { method: "POST" })).status).toBe(500);
  expect((await worker.fetch("/oauth/token", { method: "POST" })).status).toBe(500);
}
