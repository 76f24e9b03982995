// Waiting: for what comes to pass after an answer, and for limits by the minute.
import { expect, vi } from "vitest";

/** Until the check passes: what is done after an answer takes as long as the machine is busy. Answers what the check does. */
export const soon = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000 });

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
