// What the doctor says of a server.
import type { Person } from "./person.ts";
import { Computer, type Ended } from "./computer.ts";

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
  /** The known clients that have trouble at such a server. */
  clients: { client: string; server: string; does: string; source: string }[];
}

/** With a person it looks at what comes of a sign-in too. */
export async function diagnose(server: URL, options: string[] = [], person?: Person): Promise<Ended & { diagnosis: Diagnosis }> {
  using computer = new Computer(person);
  const signIn = person ? ["--sign-in", "--no-browser"] : [];
  const ended = await computer.run(["doctor", server.href, "--json", ...options, ...signIn]);
  if (!ended.stdout.startsWith("{")) throw new Error(`no diagnosis: ${ended.status} ${ended.stderr}`);
  return { ...ended, diagnosis: JSON.parse(ended.stdout) as Diagnosis };
}

/** What is not as it should be. */
export const troubles = ({ findings }: Diagnosis) => findings.filter(({ severity }) => severity === "failure" || severity === "warning");
