// crates/mcp-test-client as somebody runs it, with a person at the browser.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { type Choices, Person } from "./person.ts";

const root = dirname(dirname(import.meta.dirname));
export const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "mcp-test-client");

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The links that it asked to open. */
  links: URL[];
}

export interface Running {
  /** Goes to its standard input, which then ends. */
  input?: string;
  env?: Record<string, string>;
  choices?: Choices;
  /** Where the browser is sent back to, changed on the way. */
  tamper?: (callback: URL) => URL;
}

/** One computer: its folder of tokens, and its person. */
export class Computer {
  readonly state = mkdtempSync(join(tmpdir(), "mcp-test-client-"));

  constructor(readonly person = new Person()) {}

  run(args: string[], { input = "", env = {}, choices, tamper = (url) => url }: Running = {}): Promise<Ended> {
    const plain = { ...process.env, NO_COLOR: "1", SENTRY_ACCESS_TOKEN: "", LLM_API_KEY: "", ...env };
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...plain, MCP_TEST_CLIENT_STATE: this.state } });
    // It may be over before it has read anything.
    child.stdin.on("error", () => undefined).end(input);
    const ended: Ended = { status: null, stdout: "", stderr: "", links: [] };
    child.stdout.setEncoding("utf8").on("data", (text: string) => (ended.stdout += text));
    const visits: Promise<void>[] = [];
    createInterface({ input: child.stderr }).on("line", (line) => {
      ended.stderr += `${line}\n`;
      if (!/^https?:\/\/\S+$/.test(line)) return;
      const link = new URL(line);
      ended.links.push(link);
      visits.push(this.#visit(link, choices, tamper));
    });
    return new Promise((resolve, reject) => {
      child.once("error", () => reject(new Error("run `cargo build -p mcp-test-client` first")));
      child.once("close", (status) => {
        ended.status = status;
        Promise.all(visits).then(() => resolve(ended), reject);
      });
    });
  }

  async #visit(link: URL, choices: Choices | undefined, tamper: (callback: URL) => URL): Promise<void> {
    const page = await fetch(tamper(await this.person.authorize(link, choices)));
    const text = await page.text();
    if (!page.ok || !text.includes("Back to the terminal")) throw new Error(`the way back: ${page.status} ${text}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.state, { recursive: true, force: true });
  }
}
