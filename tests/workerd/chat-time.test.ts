// A run of the chat ends by its time, whatever its model does.
import { setTimeout as wait } from "node:timers/promises";
import { Response } from "miniflare";
import { expect, it } from "vitest";
import { Chat, named } from "../support/chat.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { faster } from "../support/faster.ts";
import { withSentry } from "../support/site.ts";
import { startWorker } from "../support/worker.ts";

/** So much faster time passes for the worker. */
const FASTER = 6;

let sentry: DemoSentry;
withSentry((started) => void (sentry = started));

it("a run is over after ninety seconds, though its model has steps left and answers each in time", { timeout: 60_000 }, async () => {
  let asked = 0;
  await using worker = await startWorker({
    sentry: sentry.url,
    inFront: faster(FASTER),
    vars: { LLM_API_KEY: "key", LLM_BASE_URL: "https://llm.example/v1", LLM_MODEL: "m" },
    outgoing: async (request) => {
      if (!request.url.startsWith("https://llm.example/")) return undefined;
      const call = { id: "c", function: { name: "find_organizations", arguments: JSON.stringify({ query: `${asked++}` }) } };
      await wait(14_000 / FASTER);
      return Response.json({ choices: [{ message: { tool_calls: [call] } }] });
    },
  });
  const chat = new Chat(worker);
  await chat.signIn();
  const begun = performance.now();
  const events = await chat.question("Go on for ever");
  const seconds = ((performance.now() - begun) / 1000) * FASTER;
  expect(events.at(-1)).toMatchObject({ name: "done", data: { reason: "time" } });
  expect(seconds).toBeGreaterThan(85);
  expect(named(events, "tool_call").length).toBeLessThan(10);
});
