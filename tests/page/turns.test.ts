// What counts as a turn of wasm that did not end (src/runtime/turns.js): around a module that only calls what it is given.
// Execution that really ends is tested in tests/workerd/entry.test.ts.
import { expect, it, vi } from "vitest";
import * as turns from "../../src/runtime/turns.js";

/** (module (import "a" "run" (func)) (func (export "closures_run") call 0)) */
const calls = Buffer.from("0061736d01000000010401600000020901016103" + "72756e0000030201000710010c636c6f73757265735f72756e00010a0601040010000b", "hex");

const module = new WebAssembly.Module(calls);
const started = vi.fn();
turns.startAnewBy(started);
const said = vi.spyOn(console, "error").mockImplementation(() => {});

/** An instance whose export calls `run`. */
function around(run: () => void): () => void {
  const { exports } = new turns["WebAssembly.Instance"](module, { a: { run } });
  return (exports as unknown as { closures_run: () => void }).closures_run;
}

const tasks = () => new Promise((resolve) => setTimeout(resolve));

it("a turn in a turn, and an exception of wasm's own, are no signs of an end", async () => {
  const inner = vi.fn();
  around(() => around(inner)())();
  const tag = new WebAssembly.Tag({ parameters: [] });
  const throws = around(() => {
    throw new WebAssembly.Exception(tag, []);
  });
  expect(throws).toThrow(WebAssembly.Exception);
  await tasks();
  turns.enter(() => undefined);
  expect(inner).toHaveBeenCalledOnce();
  expect(started).not.toHaveBeenCalled();
});

it("another error is one, at once, and what waits for the instance is told", async () => {
  const [waits, settled] = [vi.fn(), vi.fn()];
  turns.atReset(waits);
  turns.atReset(settled)();
  const answer = turns.enter(() => new Promise(() => {})) as Promise<unknown>;
  const number = turns.instanceNumber();
  const throws = around(() => {
    throw new Error("unexpected");
  });
  expect(throws).toThrow("unexpected");
  await expect(answer).rejects.toThrow("the instance of wasm that this waited for has ended");
  expect(started).toHaveBeenCalledOnce();
  expect(turns.instanceNumber()).toBe(number + 1);
  expect(waits).toHaveBeenCalledOnce();
  expect(settled).not.toHaveBeenCalled();
  expect(JSON.parse(said.mock.lastCall![0] as string)).toMatchObject({ request: "runtime", detail: expect.stringContaining("unexpected") });
});

it("a task of an instance that has ended does not run", async () => {
  const task = vi.fn();
  turns.queueMicrotask(task);
  const throws = around(() => {
    throw new Error("unexpected");
  });
  expect(throws).toThrow();
  turns.enter(() => undefined);
  await tasks();
  expect(task).not.toHaveBeenCalled();
  turns.queueMicrotask(task);
  await tasks();
  expect(task).toHaveBeenCalledOnce();
});

it("what was never settled is forgotten after its time", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const left = vi.fn();
  turns.atReset(left);
  vi.setSystemTime(Date.now() + 11 * 60_000);
  const waits = vi.fn();
  turns.atReset(waits);
  const throws = around(() => {
    throw new Error("unexpected");
  });
  expect(throws).toThrow();
  turns.enter(() => undefined);
  expect(waits).toHaveBeenCalledOnce();
  expect(left).not.toHaveBeenCalled();
  vi.useRealTimers();
});
