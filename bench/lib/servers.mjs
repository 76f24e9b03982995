// Workers in workerd, each in a Miniflare of its own: ours as wrangler.toml configures it, and the floors with the same
// flags, the same kinds of bindings and the same place for storage.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Miniflare, Response, convertV4MiniflareOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions as readWranglerConfig } from "wrangler";
import { workerds } from "./process.mjs";

const root = dirname(dirname(import.meta.dirname));

export class Servers {
  #running = new Map();
  #options;
  #config;

  /**
   * `folder`: for storage; `assets`: see README.md; `direct`: without the worker that Miniflare puts in front of every
   * other; `inspector`: with one.
   */
  constructor(options) {
    this.#options = options;
    // wrangler would look for the secrets in the developer's files and warn of missing ones.
    process.env.WRANGLER_LOG = "none";
    this.#config = readWranglerConfig(join(root, "wrangler.toml")).workerOptions;
  }

  /** A build of our worker: `script` is its index.js, the wasm lies beside it. */
  ours(label, script) {
    return this.#once(`ours ${label}`, () => {
      if (!existsSync(script)) throw new Error(`no built worker at ${script}: run \`make build\` first`);
      return this.#start(label, {
        ...this.#config,
        ...this.#assets("ours"),
        name: "worker",
        modulesRules: undefined,
        modulesRoot: dirname(script),
        modules: [
          ...(this.#options.inspector ? showingWasmMemory(script) : []),
          { type: "ESModule", path: script },
          { type: "CompiledWasm", path: wasmOf(script) },
        ],
        bindings: {
          ...this.#config.bindings,
          SENTRY_CLIENT_ID: "bench",
          SENTRY_CLIENT_SECRET: "bench",
          COOKIE_SECRET: "only-for-the-bench-only-for-the-bench-only",
          SENTRY_URL: this.#options.sentry,
        },
      });
    });
  }

  floor(name) {
    return this.#once(`floor ${name}`, async () => {
      const folder = join(root, "bench", "floors");
      const script = join(folder, `${name}.js`);
      const modules = modulesOf(script);
      const withObjects = modules.some((path) => basename(path) === "object.js");
      const server = await this.#start(name, {
        ...this.#assets("floor"),
        name: "floor",
        compatibilityDate: this.#config.compatibilityDate,
        compatibilityFlags: this.#config.compatibilityFlags,
        modulesRoot: folder,
        modules: modules.map((path) => ({ type: "ESModule", path })),
        bindings: { SENTRY_URL: this.#options.sentry },
        kvNamespaces: { KV: "floor" },
        durableObjects: withObjects ? { OBJECTS: { className: "Row", useSQLite: true } } : {},
      });
      if (withObjects && name !== "code-flow-fresh") await touchAll(server.origin);
      await (await server.miniflare.getKVNamespace("KV")).put("key", JSON.stringify({ filler: "x".repeat(600) }));
      return server;
    });
  }

  async stop() {
    const running = await Promise.allSettled(this.#running.values());
    await Promise.all(running.map((each) => each.value?.miniflare.dispose()));
  }

  /** Miniflare puts three workers of its own in front of one with static assets: both sides must have them, or none. */
  #assets(side) {
    const { assets } = this.#options;
    if (assets === "both" || assets === side) return { assets: this.#config.assets };
    return { assets: undefined, serviceBindings: { ASSETS: () => new Response("no assets in this bench", { status: 404 }) } };
  }

  #once(key, start) {
    if (!this.#running.has(key)) this.#running.set(key, start());
    return this.#running.get(key);
  }

  async #start(label, worker) {
    const { direct, inspector, folder } = this.#options;
    const storage = join(folder, `${this.#running.size}-${label}`);
    mkdirSync(storage);
    const before = workerds();
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...worker,
        unsafeDirectSockets: direct ? [{ host: "127.0.0.1", port: 0 }] : undefined,
        inspectorPort: inspector ? 0 : undefined,
        host: "127.0.0.1",
        port: 0,
        cf: false,
        resourcePersistencePath: storage,
        // As `wrangler dev` has it: our log lines cost what they cost, but do not fill the terminal.
        handleStructuredLogs: () => {},
      }),
    );
    const ready = await miniflare.ready;
    const url = direct ? await miniflare.unsafeGetDirectURL(worker.name) : ready;
    const pid = workerds().find((each) => !before.includes(each));
    return { label, miniflare, pid, folder: storage, origin: url.origin };
  }
}

/** What is deployed, compressed as Cloudflare counts it. */
export function gzippedSize(script) {
  return [script, wasmOf(script)].reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
}

/** Our grants are there before they are refreshed; so must the floor's objects be, whose first write makes a file. */
async function touchAll(origin) {
  let left = 1000;
  const one = async () => {
    while (left-- > 0) await (await fetch(`${origin}/oauth/token`, { method: "POST" })).text();
  };
  await Promise.all(Array.from({ length: 8 }, one));
}

/** A script with what it imports from beside it. */
function modulesOf(script) {
  const names = [...readFileSync(script, "utf8").matchAll(/from "\.\/([\w-]+\.js)"/g)].map(([, name]) => join(dirname(script), name));
  return [...new Set([script, ...names.flatMap(modulesOf)])];
}

/** Modules in front of the worker's, which answer `/bench-wasm-bytes`: the inspector sees only JavaScript's heap. */
function showingWasmMemory(script) {
  const hook = `export const memories = [];
    WebAssembly.Instance = class extends WebAssembly.Instance {
      constructor(...given) { super(...given); memories.push(this.exports.memory); }
    };`;
  const entry = `import { memories } from "./bench-hook.js";
    import worker from "./${basename(script)}";
    export * from "./${basename(script)}";
    export default {
      fetch(request, env, context) {
        if (!request.url.endsWith("/bench-wasm-bytes")) return worker.fetch(request, env, context);
        return new Response(String(memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)));
      },
    };`;
  const module = (name, contents) => ({ type: "ESModule", path: join(dirname(script), name), contents });
  return [module("bench-entry.js", entry), module("bench-hook.js", hook)];
}

function wasmOf(script) {
  return join(dirname(script), `${basename(script, ".js")}_bg.wasm`);
}
