// The doctor at the built worker, over real HTTP.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { diagnose, troubles } from "../support/doctor.ts";
import { Person } from "../support/person.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url });
});
afterAll(async () => {
  await worker?.stop();
  await sentry?.stop();
});

describe("the doctor", () => {
  // rule: doctor/right-server-is-clean
  it.each(["/mcp", "/mcp/acme", "/mcp/acme/web?utm_source=x"])("finds nothing wrong with %s", async (path) => {
    const { status, diagnosis } = await diagnose(new URL(path, worker.url), ["--register"]);
    expect(troubles(diagnosis)).toEqual([]);
    expect(diagnosis).toMatchObject({ server: `${worker.origin}${path}`, issuer: worker.origin, ok: true });
    expect(diagnosis.findings.filter(({ severity }) => severity === "ok").length).toBeGreaterThan(50);
    expect(status).toBe(0);
  });

  // rule: doctor/right-sign-in-is-clean: what comes of a sign-in is clean too: the worker in both reuse modes, the
  //    example
  it.each(["mark", "close"])("finds nothing wrong with what comes of a sign-in, in mode %s", async (mode) => {
    await using strict = await startWorker({ sentry: sentry.url, vars: { REFRESH_REUSE: mode } });
    const { status, diagnosis } = await diagnose(new URL("/mcp", strict.url), ["--register"], new Person());
    expect(troubles(diagnosis)).toEqual([]);
    // Each check that ends a grant has its own sign-in, so that none of them is skipped for another.
    const skipped = diagnosis.findings.filter(({ severity }) => severity === "skipped").map(({ check }) => check);
    expect(skipped).toEqual(["foreign-token"]);
    expect(status).toBe(0);
  });

  // rule: doctor/known-clients
  it("knows two clients that have trouble here: one wants the iss that is advertised, one keeps no time of expiry", async () => {
    const { diagnosis } = await diagnose(new URL("/mcp", worker.url), ["--register"]);
    const names = diagnosis.clients.map(({ client }) => client);
    expect(names).toEqual(["Codex 0.142 to 0.144", expect.stringMatching(/^Python SDK 1\.30\.0 and 2\.3\.0;/)]);
  });

  // rule: doctor/reads-only
  it("only reads, unless it may register", async () => {
    const before = await registrations();
    const { diagnosis } = await diagnose(new URL("/mcp", worker.url));
    expect(troubles(diagnosis)).toEqual([]);
    expect(await registrations()).toEqual(before);
    await diagnose(new URL("/mcp", worker.url), ["--register"]);
    // One without a secret, and one with: client_secret_basic is advertised.
    expect((await registrations()).length).toBe(before.length + 2);
  });

  it("finds that the origin itself is no MCP server", async () => {
    const { status, diagnosis } = await diagnose(new URL("/", worker.url));
    expect(status).toBe(1);
    expect(troubles(diagnosis).map(({ check }) => check)).toContain("challenge-status");
  });
});

/** Every key of the namespace that holds registrations. */
async function registrations(): Promise<string[]> {
  const namespace = (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as { list(): Promise<{ keys: { name: string }[] }> };
  return (await namespace.list()).keys.map(({ name }) => name).sort();
}
