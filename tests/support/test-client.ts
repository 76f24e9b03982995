// The test client's program, as somebody would start it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Person } from "./person.ts";

const root = dirname(dirname(import.meta.dirname));
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "mcp-test-client");

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface Finding {
  check: string;
  found: string;
  expected: string;
  section: string;
  severity: "ok" | "warning" | "failure" | "skipped";
}

export interface Diagnosis {
  server: string;
  issuer: string;
  ok: boolean;
  findings: Finding[];
}

/** Runs it to its end; `person` opens the links that it prints, and lets it in. */
export function testClient(parameters: string[], person?: Person): Promise<Ended> {
  if (!existsSync(program)) throw new Error(`no program at ${program}: run \`cargo build -p mcp-test-client\` first`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    const ended: Ended = { status: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (ended.stdout += chunk));
    createInterface({ input: child.stderr }).on("line", (line) => {
      ended.stderr += `${line}\n`;
      if (!person || !/^http\S+[?&]response_type=code/.test(line.trim())) return;
      const back = person.authorize(new URL(line.trim())).then((callback) => fetch(callback));
      back.catch((error) => {
        child.kill();
        reject(error);
      });
    });
    child.once("error", reject);
    child.once("close", (status) => resolve({ ...ended, status }));
  });
}

/** What the doctor says of a server; with a person, of what comes of a sign-in too. */
export async function diagnose(server: URL, options: string[] = [], person?: Person): Promise<Ended & { diagnosis: Diagnosis }> {
  const signIn = person ? ["--sign-in", "--no-browser", "--no-store"] : [];
  const ended = await testClient(["doctor", server.href, "--json", ...options, ...signIn], person);
  if (!ended.stdout.startsWith("{")) throw new Error(`no diagnosis: ${ended.status} ${ended.stderr}`);
  return { ...ended, diagnosis: JSON.parse(ended.stdout) as Diagnosis };
}

/** What is not as it should be. */
export const troubles = ({ findings }: Diagnosis) => findings.filter(({ severity }) => severity === "failure" || severity === "warning");
