// The body of an answer that is written in pieces (src/runtime/edge.js): it waits for its reader, and ends with its time or with them.
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { Outlet } from "../../src/runtime/edge.js";

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
