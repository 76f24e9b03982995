// The local Sentry (crates/demo-sentry) on a port of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const root = dirname(dirname(import.meta.dirname));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "demo-sentry");

export interface DemoSentry {
  /** Base URL without a slash at the end. */
  url: string;
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
  return { url, stop, [Symbol.asyncDispose]: stop };
}
