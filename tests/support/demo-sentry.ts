// The local Sentry (crates/demo-sentry) on a port of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = dirname(dirname(import.meta.dirname));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "demo-sentry");

/** One user's tokens (`1001` is Ada), one token, or all. */
export interface Which {
  user?: string;
  token?: string;
}

/** What happens to the next `times` requests whose path begins so; see the crate's page. */
export interface Fault {
  path: string;
  kind: "status" | "latency_ms" | "malformed" | "drop";
  times?: number;
  status?: number;
  retryAfter?: number;
  ms?: number;
  body?: string;
}

export interface LoggedRequest {
  method: string;
  path: string;
  status: number | null;
  grant?: string;
}

export interface DemoSentry {
  /** Base URL without a slash at the end. */
  url: string;
  /** Its `/_control/`: the next tokens last so long; trouble on demand; tokens that end; what was asked of it. */
  setExpiresIn(seconds: number): Promise<void>;
  fault(fault: Fault): Promise<void>;
  noFaults(): Promise<void>;
  expire(which: Which): Promise<void>;
  revoke(which: Which): Promise<void>;
  /** How often it was asked for a renewal since the last `reset` or `forget`. */
  renewals(): Promise<LoggedRequest[]>;
  requests(prefix: string): Promise<LoggedRequest[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startDemoSentry(): Promise<DemoSentry> {
  if (!existsSync(program)) throw new Error(`no local Sentry at ${program}: run \`cargo build -p demo-sentry\` first`);
  const child = spawn(program, ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill();
    await ended;
  };

  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("demo-sentry did not say where it listens within 10 s")), 10_000);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = /listening on (http:\/\/\S+)/.exec(line)?.[1];
      if (found) {
        clearTimeout(timer);
        resolve(found.replace(/\/$/, ""));
      }
    });
    child.once("error", reject);
    void ended.then(() => reject(new Error("demo-sentry ended before it listened")));
  });
  const control = async (method: string, path: string, body?: object): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/_control/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`demo-sentry, ${method} ${path}: ${answer.status} ${text}`);
    return text ? (JSON.parse(text) as unknown) : undefined;
  };
  const requests = async (prefix: string) =>
    ((await control("GET", `requests?path=${encodeURIComponent(prefix)}`)) as { requests: LoggedRequest[] }).requests;
  return {
    url,
    setExpiresIn: async (expiresIn) => void (await control("PATCH", "settings", { expiresIn })),
    fault: async (fault) => void (await control("POST", "faults", fault)),
    noFaults: async () => void (await control("DELETE", "faults")),
    expire: async (which) => void (await control("POST", "tokens/expire", which)),
    revoke: async (which) => void (await control("POST", "tokens/revoke", which)),
    renewals: async () => (await requests("/oauth/token/")).filter(({ grant }) => grant === "refresh_token"),
    requests,
    forget: async () => void (await control("DELETE", "requests")),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
