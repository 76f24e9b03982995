// The body of an answer that is written in pieces (src/runtime/edge.js): it waits for its reader, and ends with its time or with them.
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { Outlet } from "../../src/runtime/edge.js";

/** Stands in for turns.js, which scripts/bundle.mjs puts there: calls what waits for the end of the instance. */
const resets = new Set<(error: Error) => void>();
vi.stubGlobal("atReset", (act: (error: Error) => void) => {
  resets.add(act);
  return () => resets.delete(act);
});

const settled = async (promise: Promise<unknown>) => Promise.race([promise.then(() => true), wait(20, false)]);
const KIB = "x".repeat(1024);

it("has no room for more until its reader takes some", async () => {
  const outlet = new Outlet(60_000);
  for (let written = 0; written < 64; written++) {
    expect(await settled(outlet.room())).toBe(true);
    outlet.write(KIB);
  }
  const room = outlet.room();
  expect(await settled(room), "64 KiB wait").toBe(false);
  const reader = outlet.body.getReader();
  await reader.read();
  expect(await settled(room)).toBe(true);
  await reader.cancel();
});

it("is over when its reader leaves, and takes nothing then", async () => {
  const outlet = new Outlet(60_000);
  expect(await settled(outlet.ended)).toBe(false);
  await outlet.body.getReader().cancel();
  expect(await settled(outlet.ended)).toBe(true);
  expect([outlet.gone, outlet.late, outlet.signal.aborted]).toEqual([true, false, true]);
  outlet.write(KIB);
});

it("is over when its time is, also while it waits for its reader", async () => {
  const outlet = new Outlet(60);
  outlet.write(KIB.repeat(65));
  const room = outlet.room();
  expect(await settled(room)).toBe(false);
  await outlet.ended;
  expect([outlet.gone, outlet.late]).toEqual([false, true]);
  expect(await settled(room)).toBe(true);
});

it("breaks off when the instance of wasm that writes it has ended, and waits for no end when it is complete", async () => {
  const outlet = new Outlet(60_000);
  const read = outlet.body.getReader().read();
  for (const reset of resets) reset(new Error("ended"));
  await expect(read).rejects.toThrow("ended");
  expect(outlet.signal.aborted).toBe(true);
  resets.clear();
  new Outlet(60_000).close();
  await new Outlet(60_000).body.cancel();
  expect(resets.size).toBe(0);
});
