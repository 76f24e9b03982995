// The test client's program, as somebody would start it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

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

/** Runs it to its end. */
export function testClient(...parameters: string[]): Promise<Ended> {
  if (!existsSync(program)) throw new Error(`no program at ${program}: run \`cargo build -p mcp-test-client\` first`);
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
    const ended: Ended = { status: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (ended.stdout += chunk));
    child.stderr.on("data", (chunk) => (ended.stderr += chunk));
    child.once("error", reject);
    child.once("close", (status) => resolve({ ...ended, status }));
  });
}

/** What the doctor says of a server. */
export async function diagnose(server: URL, ...options: string[]): Promise<Ended & { diagnosis: Diagnosis }> {
  const ended = await testClient("doctor", server.href, "--json", ...options);
  if (!ended.stdout.startsWith("{")) throw new Error(`no diagnosis: ${ended.status} ${ended.stderr}`);
  return { ...ended, diagnosis: JSON.parse(ended.stdout) as Diagnosis };
}

/** What is not as it should be. */
export const troubles = ({ findings }: Diagnosis) => findings.filter(({ severity }) => severity === "failure" || severity === "warning");
