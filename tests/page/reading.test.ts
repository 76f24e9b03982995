// The bodies of answers (src/runtime/edge.js): each has a limit, and those that are read at once share one room.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { send } from "../../src/runtime/edge.js";

const MIB = 1024 * 1024;
/** As many of the longest answers as find room. */
const TOGETHER = 8;

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

/** Sends a request that is answered so; of an answer that is `open`, the end never comes. */
function ask({ bytes, announced, open = false }: { bytes: number; announced?: number; open?: boolean }) {
  const body = new ReadableStream({
    start(controller) {
      for (let left = bytes; left > 0; left -= MIB / 4) controller.enqueue(new Uint8Array(Math.min(left, MIB / 4)));
      if (!open) controller.close();
    },
  });
  const headers: Record<string, string> = announced === undefined ? {} : { "content-length": String(announced) };
  vi.stubGlobal("fetch", async () => new Response(body, { headers }));
  return send("GET", "https://sentry.example/", "", undefined, [30_000, 4 * MIB, 200, 400]).then(([, , content]) => content);
}

const length = (content: unknown) => (content instanceof Uint8Array ? content.length : content);

// rule: mcp/long-answers-fit
it.each([
  ["that says its length", { announced: 4 * MIB }],
  ["that comes in pieces", {}],
])("an answer %s finds no room beside eight of 4 MiB, until they are read or given up", async (_, head) => {
  for (let n = 0; n < TOGETHER; n += 1) void ask({ bytes: 4 * MIB, ...head, open: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(length(await ask({ bytes: 4 * MIB, ...head })), "null: there is no room").toBe(null);
  // Nobody was told that they ended, but their time is over.
  vi.setSystemTime(Date.now() + 31_000);
  for (let n = 0; n < 2 * TOGETHER; n += 1) expect(length(await ask({ bytes: 4 * MIB, ...head }))).toBe(4 * MIB);
  vi.setSystemTime(Date.now() + 31_000);
});

it("an answer that is too long takes no room", async () => {
  for (let n = 0; n < 2 * TOGETHER; n += 1) {
    expect(length(await ask({ bytes: 5 * MIB }))).toBe(undefined);
    expect(length(await ask({ bytes: 5 * MIB, announced: 5 * MIB }))).toBe(undefined);
  }
  expect(length(await ask({ bytes: 4 * MIB }))).toBe(4 * MIB);
});
