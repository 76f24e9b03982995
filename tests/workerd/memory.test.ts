// Answers of Sentry as long as one may be, one after the other and side by side: the wasm's memory, which is never given
// back, stays far below what an isolate has.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { LARGE_CALLS, LONGEST, inFront, largeAnswers, wasmMemory } from "../support/memory.ts";
import { rpc, signIn } from "../support/oauth.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const MOST = 24 * 1024 * 1024;

let sentry: DemoSentry;
let worker: TestWorker;
let token: string;
const long = largeAnswers(LONGEST);
let answers: Outgoing = long;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing: (request) => answers(request), inFront });
  token = (await signIn(worker)).tokens.access_token;
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

type Large = (typeof LARGE_CALLS)[number];

const callOf = ({ name, arguments: args }: Large) => ({ method: "tools/call", params: { name: "execute_sentry_tool", arguments: { name, arguments: args } } });

async function call(large: Large) {
  const { result } = (await (await rpc(worker, token, callOf(large))).json()) as {
    result: { isError?: boolean; content: { text: string }[] };
  };
  return { isError: result.isError ?? false, text: result.content[0]!.text };
}

async function eachIsRead() {
  for (const large of LARGE_CALLS) {
    const { isError, text } = await call(large);
    expect(isError, text).toBe(false);
  }
}

// rule: mcp/long-answers-fit: answers of Sentry of 4 MiB, also side by side, keep the memory of the isolate's wasm below
//    24 MiB and let it not grow; what finds no room, and what is longer, is a tool error that says what to do
it("keeps its memory", { timeout: 90_000 }, async () => {
  const sizes: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const calls = [...LARGE_CALLS, ...LARGE_CALLS].map(call);
    for (const { isError, text } of await Promise.all(calls)) {
      if (isError) expect(text).toContain("there is no room for this one");
    }
    sizes.push(await wasmMemory(worker));
  }
  expect(sizes.at(-1)).toBe(sizes[1]);
  expect(sizes.at(-1)).toBeLessThanOrEqual(MOST);
  // And nothing of it is still taken.
  await eachIsRead();
});

// rule: mcp/long-answers-fit
it("says what to narrow where an answer is longer", { timeout: 90_000 }, async () => {
  answers = largeAnswers(LONGEST * 1.2);
  for (const large of LARGE_CALLS) {
    const { isError, text } = await call(large);
    expect(isError, text).toBe(true);
    expect(text).toContain("Narrow the call");
  }
  expect(await wasmMemory(worker)).toBeLessThanOrEqual(MOST);
});

// rule: mcp/long-answers-fit
it("is given back where a client leaves in the middle of a call", { timeout: 90_000 }, async () => {
  let hung = 0;
  // The event is read, and held while what belongs to it does not come.
  answers = async (request) => {
    if (/\/(external-issues|replay-count)\//.test(new URL(request.url).pathname)) {
      hung += 1;
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref());
    }
    return long(request);
  };
  const event = LARGE_CALLS.find(({ name }) => name === "get_issue_details")!;
  const leaves = new AbortController();
  const left = rpc(worker, token, { ...callOf(event), signal: leaves.signal });
  await vi.waitUntil(() => hung > 0, { timeout: 20_000 });
  leaves.abort();
  await expect(left).rejects.toThrow();
  answers = long;
  await vi.waitUntil(async () => !(await call(event)).isError, { timeout: 20_000, interval: 1_000 });
  await eachIsRead();
});
