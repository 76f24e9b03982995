// Answers of Sentry as long as one may be, one after the other and side by side: the wasm's memory, which is never given
// back, stays far below what an isolate has.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { LARGE_CALLS, LONGEST, largeAnswers, wasmMemory } from "../support/memory.ts";
import { rpc, signIn } from "../support/oauth.ts";
import { type Outgoing, type TestWorker, startWorker } from "../support/worker.ts";

const MOST = 24 * 1024 * 1024;

let sentry: DemoSentry;
let worker: TestWorker;
let token: string;
let answers: Outgoing;
beforeAll(async () => {
  sentry = await startDemoSentry();
  answers = largeAnswers(LONGEST);
  worker = await startWorker({ sentry: sentry.url, outgoing: (request) => answers(request), withMemory: true });
  token = (await signIn(worker)).tokens.access_token;
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

async function call({ name, arguments: args }: (typeof LARGE_CALLS)[number]) {
  const params = { name: "execute_sentry_tool", arguments: { name, arguments: args } };
  const answer = await rpc(worker, token, { method: "tools/call", params });
  const { result } = (await answer.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  return { isError: result.isError ?? false, text: result.content[0]!.text };
}

const together = (times: number) =>
  Promise.all(Array.from({ length: times }, (_, n) => call(LARGE_CALLS[n % LARGE_CALLS.length]!)));

// rule: mcp/long-answers-fit: answers of Sentry of 4 MiB, also side by side, keep the memory of the isolate's wasm below
//    24 MiB and let it not grow; what finds no room, and what is longer, is a tool error that says what to do
it("keeps its memory", async () => {
  for (const large of LARGE_CALLS) {
    const { isError, text } = await call(large);
    expect(isError, text).toBe(false);
  }
  const sizes: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    for (const { isError, text } of await together(8)) if (isError) expect(text).toContain("there is no room for this one");
    sizes.push(await wasmMemory(worker));
  }
  console.log(sizes);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST);
  expect(sizes.at(-1)).toBe(sizes[1]);
  // And nothing of it is still taken.
  for (const large of LARGE_CALLS) expect((await call(large)).isError).toBe(false);
});

// rule: mcp/long-answers-fit
it("says what to narrow where an answer is longer", async () => {
  answers = largeAnswers(LONGEST + 4096);
  for (const large of LARGE_CALLS) {
    const { isError, text } = await call(large);
    expect(isError, text).toBe(true);
    expect(text).toContain("Narrow the call");
  }
  expect(await wasmMemory(worker)).toBeLessThanOrEqual(MOST);
});

// rule: mcp/long-answers-fit
it("is given back where a client leaves in the middle of a call", async () => {
  const long = largeAnswers(LONGEST);
  const event = LARGE_CALLS.find(({ name }) => name === "get_issue_details")!;
  let hung = 0;
  // The event is read and held while the rest of the page never comes.
  answers = async (request) => {
    if (/\/(trace|autofix|external-issues|replay-count)\//.test(new URL(request.url).pathname)) {
      hung += 1;
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    return long(request);
  };
  for (let times = 0; times < 4; times += 1) {
    const before = hung;
    const leaves = new AbortController();
    const params = { name: "execute_sentry_tool", arguments: { name: event.name, arguments: event.arguments } };
    const call = worker.fetch("/mcp", {
      method: "POST",
      signal: leaves.signal,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    });
    await vi.waitUntil(() => hung > before, { timeout: 10_000 });
    leaves.abort();
    await expect(call).rejects.toThrow();
    console.log(await wasmMemory(worker));
  }
  answers = long;
  for (const large of LARGE_CALLS) {
    const { isError, text } = await call(large);
    expect(isError, text).toBe(false);
  }
  expect(await wasmMemory(worker)).toBeLessThanOrEqual(MOST);
});
