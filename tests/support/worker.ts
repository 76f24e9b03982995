// The built worker in workerd, as wrangler.toml configures it, on a loopback port of its own and with storage in memory.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Miniflare, Request, Response, convertV4MiniflareOptions, fetch as plainFetch } from "miniflare";
import type { Json, RequestInit } from "miniflare";
import { vi } from "vitest";
import { unstable_getMiniflareWorkerOptions as readWranglerConfig } from "wrangler";
import { type Limiters, bindLimiters } from "./limiters.ts";

const root = dirname(dirname(import.meta.dirname));

/** Answers a fetch of the worker; undefined leaves it to the next one, and at last to the network (loopback only). */
export type Outgoing = (request: Request) => Response | undefined | Promise<Response | undefined>;

export interface WorkerOptions {
  /** The local Sentry to sign in at: its base URL. */
  sentry?: string;
  /** Variables and secrets over those of wrangler.toml; `undefined` removes one. */
  vars?: Record<string, Json | undefined>;
  /** What the worker's own fetches meet: client metadata documents, a broken Sentry. */
  outgoing?: Outgoing;
  /** Its fetches go out by themselves, and not through Miniflare, which does not tell whom it asks that a fetch ended. */
  direct?: boolean;
  /** The environment of wrangler.toml: the tests run the local one. */
  environment?: "canary" | "production";
  /** `http://127.0.0.1:<port>` unless told `https`, with a certificate that nobody has signed. */
  https?: boolean;
  /** Another name of this computer, for browsers: to them two ports of one host are one site, and share cookies. */
  hostname?: "localhost";
  /** A binding of wrangler.toml to leave out: what a deployment that forgot it has. */
  without?: string;
  /** Rate limiters over those of wrangler.toml: each says for itself whether one more is within its limit. */
  limiters?: Limiters;
  /** Instead of those of wrangler.toml. */
  compatibilityFlags?: string[];
  /** The folder of another release (`tests/mixed`); where `objects` names one too, of all but the objects. */
  release?: string;
  objects?: string;
  /** A folder for its storage, for tests that read what lies there; without it, storage goes with the worker. */
  storage?: string;
  /** The port of an earlier one, whose origin a worker over the same storage must keep; without it, any that is free. */
  port?: number;
  /** Modules in front of the worker's script of this name, by their own names; the first is the entry: for tests that count what it does. */
  inFront?: (script: string) => Record<string, string>;
}

export interface LogLine {
  level: string;
  message: string;
}

export const COOKIE_SECRET = "only-for-tests-only-for-tests-only-for-tests";

/** The three secrets of a local run; the client is the one that the local Sentry knows. */
const secrets = {
  SENTRY_CLIENT_ID: "demo-client",
  SENTRY_CLIENT_SECRET: "demo-secret",
  COOKIE_SECRET,
};

export async function startWorker(options: WorkerOptions = {}): Promise<TestWorker> {
  const config = readConfig(options.environment);
  if (options.without) leaveOut(options.without, config.workerOptions);
  const behind = bindLimiters(options.limiters ?? {}, config.workerOptions);
  const script = options.release ? join(options.release, "build/index.js") : config.main;
  if (!script || !existsSync(script)) throw new Error(`no built worker at ${script}: run \`make build\` first`);

  const bindings: Record<string, Json> = { ...(config.workerOptions.bindings as object), ...secrets };
  if (options.sentry) bindings.SENTRY_URL = options.sentry;
  for (const [name, value] of Object.entries(options.vars ?? {})) {
    if (value === undefined) delete bindings[name];
    else bindings[name] = value;
  }

  const logs: LogLine[] = [];
  const requests: URL[] = [];
  // Nothing but this machine: a test never depends on the internet.
  const network: Outgoing = (request) =>
    isLoopback(new URL(request.url)) ? plainFetch(request, { redirect: "manual" }) : undefined;

  const worker = {
    ...config.workerOptions,
    ...(options.compatibilityFlags && { compatibilityFlags: options.compatibilityFlags }),
    name: "worker",
    modulesRules: undefined,
    ...modulesOf(script, inFrontOf(script, options)),
    bindings,
    outboundService: options.direct ? undefined : async (request: Request) => {
      requests.push(new URL(request.url));
      for (const answer of [options.outgoing, network]) {
        const response = await answer?.(request);
        if (response) return response;
      }
      return new Response(`tests/support/worker.ts: nothing answers ${request.url}`, { status: 530 });
    },
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      workers: [...(options.objects ? apart(worker, join(options.objects, "build/index.js")) : [worker]), ...behind],
      host: "127.0.0.1",
      port: options.port ?? 0,
      https: options.https,
      cf: false,
      resourcePersistencePath: options.storage,
      handleStructuredLogs: ({ level, message }: LogLine) => logs.push({ level, message }),
    }),
  );
  const url = new URL(await miniflare.ready);
  if (options.hostname) url.hostname = options.hostname;
  return new TestWorker(miniflare, url, logs, requests);
}

type Module = { type: "ESModule" | "CompiledWasm"; path: string; contents?: string };

/** The script and its wasm, behind other modules where there are some. */
function modulesOf(script: string, inFront: Module[] = []): { modulesRoot: string; modules: Module[] } {
  const wasm = join(dirname(script), `${basename(script, ".js")}_bg.wasm`);
  return {
    modulesRoot: dirname(script),
    modules: [...inFront, { type: "ESModule", path: script }, { type: "CompiledWasm", path: wasm }],
  };
}

function inFrontOf(script: string, { inFront }: WorkerOptions): Module[] {
  const modules = Object.entries(inFront?.(basename(script)) ?? {});
  return modules.map(([name, contents]): Module => ({ type: "ESModule", path: join(dirname(script), name), contents }));
}

/** The worker in front, and its objects in another script, which keeps the name and with it their storage. */
function apart<T extends object>(worker: T, objects: string): T[] {
  const { durableObjects } = worker as { durableObjects?: Record<string, object> };
  const elsewhere = Object.entries(durableObjects ?? {}).map(([name, binding]) => [name, { ...binding, scriptName: "worker" }]);
  const front = { ...worker, name: "front", durableObjects: Object.fromEntries(elsewhere) };
  return [front, { ...worker, ...modulesOf(objects) }];
}

export class TestWorker {
  constructor(
    readonly miniflare: Miniflare,
    /** Ends in "/". Its origin is the issuer. */
    readonly url: URL,
    /** What the worker has logged so far. */
    readonly logs: LogLine[],
    /** Where the worker has sent requests so far. */
    readonly requests: URL[],
  ) {}

  get origin(): string {
    return this.url.origin;
  }

  /** A request over the real port. Redirects are answers to look at, not to follow. */
  fetch(path: string, init: globalThis.RequestInit = {}): Promise<globalThis.Response> {
    return globalThis.fetch(new URL(path, this.url), { redirect: "manual", ...init });
  }

  /** A request as it would arrive on Cloudflare, for any origin: `worker.at("https://mcp.example.com/health")`. */
  at(url: string, init: RequestInit = {}): Promise<Response> {
    return this.miniflare.dispatchFetch(url, { redirect: "manual", ...init });
  }

  /** Everything logged by the requests that were answered so far: workerd's output comes a moment after its answers. */
  async flushedLogs(): Promise<LogLine[]> {
    const mark = `/log-mark-${crypto.randomUUID()}`;
    await this.fetch(mark);
    await vi.waitUntil(() => this.logs.some(({ message }) => message.includes(mark)), { timeout: 10_000 });
    return this.logs.filter(({ message }) => !message.includes("/log-mark-"));
  }

  async stop(): Promise<void> {
    await this.miniflare.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

function readConfig(environment?: string) {
  // wrangler would look for the secrets in the developer's files and warn of missing ones; the tests bring their own.
  const before = process.env.WRANGLER_LOG;
  process.env.WRANGLER_LOG = "none";
  try {
    return readWranglerConfig(join(root, "wrangler.toml"), environment);
  } finally {
    if (before === undefined) delete process.env.WRANGLER_LOG;
    else process.env.WRANGLER_LOG = before;
  }
}

/** Takes a binding away, of whatever kind it is. */
function leaveOut(name: string, workerOptions: object): void {
  const options = workerOptions as Record<string, Record<string, unknown> | undefined>;
  const kind = ["kvNamespaces", "durableObjects"].find((found) => options[found] && name in options[found]);
  if (kind) delete options[kind]![name];
  else if (options.assets?.binding === name) delete options.assets;
  else throw new Error(`no binding ${name} in wrangler.toml`);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
