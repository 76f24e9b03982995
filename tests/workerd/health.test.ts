// What /health says of a worker whose parts do not answer.
import { describe, expect, it } from "vitest";
import { broken, counting } from "../support/limiters.ts";
import { tables, temporaryFolder } from "../support/storage.ts";
import { expectToWait } from "../support/wait.ts";
import { startWorker } from "../support/worker.ts";

/** Bindings in the place of the real ones: what a request's header names is broken, or silent. */
const front = `
import worker from "./index.js";
export * from "./index.js";
const never = () => new Promise(() => {});
const trouble = () => { throw new Error("out of order"); };
export default {
  fetch(request, env, context) {
    const kv = { broken: { get: trouble }, silent: { get: never } }[request.headers.get("x-kv")];
    const objects = request.headers.get("x-objects") && { newUniqueId: () => env.GRANTS.newUniqueId(), idFromString: (id) => id, get: () => ({ fetch: trouble }) };
    return worker.fetch(request, { ...env, ...(kv && { OAUTH_KV: kv }), ...(objects && { GRANTS: objects }) }, context);
  },
};
`;
const inFront = () => ({ "front.js": front });

describe("/health?deep=1", () => {
  it("says that KV and an object answer, and stores nothing", async () => {
    using folder = temporaryFolder();
    await using worker = await startWorker({ storage: folder.path });
    const plain = await (await worker.fetch("/health")).json();
    const deep = await worker.fetch("/health?deep=1");
    expect([deep.status, deep.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await deep.json()).toEqual(plain);
    expect(tables(folder.path, "GrantObject")).toEqual([]);
  });

  it("is 503 and says which does not, within its time; the plain one answers", async () => {
    await using worker = await startWorker({ inFront });
    const ask = async (headers: Record<string, string>, path = "/health?deep=1") => {
      const response = await worker.fetch(path, { headers });
      const text = await response.text();
      return [response.status, text.startsWith("{") ? (JSON.parse(text) as { failed?: string[] }).failed : text];
    };
    expect(await Promise.all([
      ask({ "x-kv": "broken" }),
      ask({ "x-kv": "silent" }),
      ask({ "x-objects": "broken" }),
      ask({ "x-kv": "broken", "x-objects": "broken" }),
      ask({ "x-kv": "broken", "x-objects": "broken" }, "/health"),
      ask({}),
    ])).toEqual([
      [503, ["OAUTH_KV"]],
      [503, ["OAUTH_KV"]],
      [503, ["GRANTS"]],
      [503, ["OAUTH_KV", "GRANTS"]],
      [200, undefined],
      [200, undefined],
    ]);
    const problems = (await worker.flushedLogs()).filter(({ level }) => level === "error").map(({ message }) => message);
    expect(problems.filter((problem) => problem.includes("out of order"))).toHaveLength(4);
    expect(problems.filter((problem) => problem.includes("nothing for 5 s"))).toHaveLength(1);
  });

  it("is counted by address, the plain one is not, and a limiter that fails is not in its way", async () => {
    const { limiter, keys } = counting(2);
    await using worker = await startWorker({ limiters: { MCP_IP_RATE_LIMITER: limiter } });
    for (const status of [200, 200]) expect((await worker.fetch("/health?deep=1")).status).toBe(status);
    await expectToWait(await worker.fetch("/health?deep=1"), "clients");
    expect((await worker.fetch("/health")).status).toBe(200);
    expect(keys).toHaveLength(3);
    await using other = await startWorker({ limiters: { MCP_IP_RATE_LIMITER: broken } });
    expect((await other.fetch("/health?deep=1")).status).toBe(200);
  });
});
