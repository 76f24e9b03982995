// src/runtime/entry.js by itself: around a wasm that traps when it is told to, since ours does not.
import { readFileSync } from "node:fs";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";

/** (module (func (export "trap") unreachable)) */
const trap = Buffer.from("0061736d010000000104016000000302010007080104747261700000" + "0a05010300000b", "hex");

/** Stands in for what wasm-bindgen writes: an instance is a number here, which tells which one answers. */
const glue = `
  import module from "./trap.wasm";
  const { trap } = new WebAssembly.Instance(module, {}).exports;
  const state = { criticalError: false, instanceId: 0 };
  let resets = 0;
  export const __worker_init_state = () => state;
  export const __wbg_reset_state = () => { resets += 1; };
  function act({ url }, name) {
    const { pathname } = new URL(url);
    if (pathname === "/trap") trap();
    if (pathname === "/throw") throw new Error("no trap");
    if (pathname === "/later") {
      Promise.resolve().then(() => trap());
      return new Promise(() => {});
    }
    return new Response(name + " " + resets);
  }
  export function fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/object")) return act(request, "worker");
    return env.GRANTS.getByName("one").fetch("https://object" + pathname.slice("/object".length));
  }
  export class GrantObject {
    constructor() { this.made = resets; }
    fetch(request) { return act(request, "object of " + this.made + ","); }
  }
  export class AccountObject {}
  export class OnceObject {}
`;

let server: Miniflare;

beforeAll(() => {
  server = new Miniflare(convertV4MiniflareOptions({
    modules: [
      { type: "ESModule", path: "entry.js", contents: readFileSync("src/runtime/entry.js", "utf8") },
      { type: "ESModule", path: "index.js", contents: glue },
      { type: "CompiledWasm", path: "trap.wasm", contents: trap },
    ],
    compatibilityDate: "2026-02-24",
    durableObjects: { GRANTS: { className: "GrantObject", useSQLite: true } },
    handleStructuredLogs: () => {}, // it says that it trapped
  }));
});

afterAll(() => server.dispose());

const ask = async (path: string) => {
  const response = await server.dispatchFetch(`http://localhost${path}`).catch(() => undefined);
  return response?.status === 200 ? response.text() : "failed";
};

it("starts a new instance after a trap, and only then", async () => {
  expect(await ask("/")).toBe("worker 0");
  expect(await ask("/object/")).toBe("object of 0, 0");
  expect(await ask("/throw")).toBe("failed");
  expect(await ask("/")).toBe("worker 0");

  expect(await ask("/trap")).toBe("failed");
  expect(await ask("/")).toBe("worker 1");
  // What an object had in memory was the old instance's.
  expect(await ask("/object/")).toBe("object of 1, 1");
  expect(await ask("/object/")).toBe("object of 1, 1");

  expect(await ask("/object/trap")).toBe("failed");
  expect(await ask("/object/")).toBe("object of 2, 2");
  expect(await ask("/")).toBe("worker 2");
});

it("notices a trap for which nobody waits", async () => {
  expect(await ask("/later")).toBe("failed");
  expect(await ask("/")).toBe("worker 3");
});
