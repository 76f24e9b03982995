// The example server of crates/oauth-provider, as a stranger would start it.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type Choices, Person } from "./person.ts";

const root = dirname(dirname(import.meta.dirname));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "examples", "server");

export interface Example {
  origin: string;
  stop: () => void;
}

/** Starts it on a port of its own. */
export async function startExample(): Promise<Example> {
  const child = spawn(program, ["0"], { stdio: ["ignore", "pipe", "inherit"] });
  const origin = await new Promise<string>((resolve, reject) => {
    child.once("error", () => reject(new Error("run `cargo build -p oauth-provider --example server` first")));
    child.once("exit", (code) => reject(new Error(`the example ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", (line) => resolve(line.replace("listening on ", "")));
  });
  return { origin, stop: () => child.kill() };
}

/** There is no upstream: who has decided is back at the client. */
export class Visitor extends Person {
  override async authorize(url: URL, choices: Choices = {}): Promise<URL> {
    const page = await this.consent(url);
    return page instanceof URL ? page : this.decide(page, choices);
  }
}
