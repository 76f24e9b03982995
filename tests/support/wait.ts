// Limits by the minute: what they answer, so that a client waits and keeps what it has, and when to ask them.
import { expect } from "vitest";

interface Answer {
  status: number;
  headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

/** The real limiters begin anew with each minute of the clock: what must be counted together waits for the next one, unless so many seconds are left. */
export async function untilThereIsTime(seconds = 20): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < seconds * 1000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}

/** `by`: whether a page's script may read it. */
export async function expectToWait(answer: Answer, by: "scripts" | "clients" = "scripts"): Promise<void> {
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("access-control-allow-origin")).toBe(by === "scripts" ? "*" : null);
  const body = await answer.json();
  expect(body).toEqual({ error: "temporarily_unavailable", error_description: expect.stringContaining("wait a minute") });
}
