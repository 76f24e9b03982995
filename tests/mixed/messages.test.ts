// Messages that one of two releases does not know.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { authorizationUrl, postForm, register } from "../support/oauth.ts";
import { type TemporaryFolder, tables, temporaryFolder } from "../support/storage.ts";
import type { TestWorker } from "../support/worker.ts";
import { NEW, OLD, deployed } from "./releases.ts";

let sentry: DemoSentry;
beforeAll(async () => {
  sentry = await startDemoSentry();
});
afterAll(() => sentry?.stop());

const CLASSES = { GRANTS: "GrantObject", ACCOUNTS: "AccountObject", ONCE: "OnceObject" };

interface Namespace {
  newUniqueId(): unknown;
  get(id: unknown): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** What an object that was never asked before answers to a message. */
async function ask(worker: TestWorker, binding: string, body: string): Promise<Response> {
  const namespace = (await worker.miniflare.getDurableObjectNamespace(binding)) as unknown as Namespace;
  return namespace.get(namespace.newUniqueId()).fetch("https://object/", { method: "POST", body });
}

const UNKNOWN = ['{"of_a_later_release":{"a":1}}', '{"command":{"of_a_later_release":{}}}', '"of_a_later_release"'];

// rule: tokens/unknown-messages
it("objects say that they do not know a message, and keep nothing", async () => {
  await using deployment = await deployed(NEW, { sentry: sentry.url });
  for (const [binding, className] of Object.entries(CLASSES)) {
    for (const message of [...UNKNOWN, "{", ""]) {
      const answer = await ask(deployment.worker, binding, message);
      expect([answer.status, await answer.text()], `${className}: ${message}`).toEqual([501, ""]);
    }
    expect(tables(deployment.folder, className)).toEqual([]);
  }
});

// rule: tokens/unknown-messages
it("those of 1112ee6 throw, in the words by which src/runtime/edge.js knows it", async () => {
  await using deployment = await deployed(OLD, { sentry: sentry.url });
  for (const [binding, message] of [["GRANTS", UNKNOWN[1]], ["ACCOUNTS", UNKNOWN[0]], ["ONCE", UNKNOWN[2]]]) {
    await expect(ask(deployment.worker, binding!, message!)).rejects.toThrow(/\bunknown variant\b|\bdid not match any variant\b/);
  }
});

/** Objects of another release, as far as a pushed request goes: what it says decides what they do. */
const OTHERS = `
  class Other {
    async fetch(request) {
      const { keep } = JSON.parse(await request.text());
      const mode = new URLSearchParams(keep.query).get("state");
      if (mode === "answers") return new Response("", { status: 501 });
      if (mode === "throws") throw new Error("unknown variant \`keep\`, expected \`Read\`");
      return new Response(Number(request.headers.get("messages-version")) > 1 ? "null" : "no version");
    }
  }
  export { Other as GrantObject, Other as AccountObject, Other as OnceObject };
  export default {};
`;

describe("a worker whose objects are of another release", () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = temporaryFolder();
    mkdirSync(join(folder.path, "build"));
    writeFileSync(join(folder.path, "build/index.js"), OTHERS);
    writeFileSync(join(folder.path, "build/index_bg.wasm"), Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]));
    return () => folder[Symbol.dispose]();
  });

  // rule: tokens/unknown-messages
  it("says its version, and that a message is not known there is an outage that passes", async () => {
    await using deployment = await deployed({ objects: folder.path }, { sentry: sentry.url });
    const { worker } = deployment;
    const client = await register(worker);
    const push = (state: string) => postForm(worker, "/oauth/par", Object.fromEntries(authorizationUrl(worker, client, { state }).searchParams));
    expect((await push("version")).status).toBe(201);
    for (const mode of ["answers", "throws"]) {
      const refused = await push(mode);
      expect(refused.status, mode).toBe(503);
      expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
      expect(await refused.json()).toMatchObject({ error: "temporarily_unavailable" });
    }
    const said = (await worker.flushedLogs()).filter(({ message }) => message.includes("does not know this message"));
    expect(said).toHaveLength(2);
  });
});

it("a clone without the release before is told where to get it", async () => {
  const missing = "0".repeat(40);
  const script = join(import.meta.dirname, "../../scripts/previous.mjs");
  const run = promisify(execFile)(process.execPath, [script, missing]);
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(`Run: git fetch --depth 1 origin ${missing}`) });
});
