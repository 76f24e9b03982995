// The worker's log as an operator reads it: one object a line.
import type { TestWorker } from "./worker.ts";

export interface Line {
  level: string;
  request: string;
  trace: string;
  route: string;
  method: string;
  path: string;
  status: number;
  outcome: string;
  sign_in?: string;
  operation?: string;
  tool?: string;
  error?: string;
  reason?: string;
  detail?: string;
  client?: string;
  kind?: string;
  family?: string;
  version?: string;
  grant?: string;
  person?: string;
  upstream?: number[];
  calls?: number;
  ms: number;
  storage_ms: number;
  upstream_ms: number;
  own_ms: number;
  /** As the runtime was told, and not as the line says. */
  console: string;
}

/** The lines of finished requests that hold this text, as `grep` would find them. */
export async function grep(worker: TestWorker, text: string): Promise<Line[]> {
  const found = (await worker.flushedLogs()).filter(({ message }) => message.includes(text));
  const lines = found.map(({ level, message }) => ({ ...(JSON.parse(message) as Line), console: level }));
  return lines.filter(({ route }) => route !== undefined);
}

/** The line of one answer. */
export async function lineOf(worker: TestWorker, response: { headers: { get(name: string): string | null } }): Promise<Line> {
  const id = response.headers.get("x-request-id")!;
  const lines = (await grep(worker, id)).filter(({ request }) => request === id);
  if (lines.length !== 1) throw new Error(`${lines.length} lines of ${id}`);
  return lines[0]!;
}

/** What happened, in few words: method, route, operation, status and outcome. */
export const step = ({ method, route, operation, status, outcome }: Line): string =>
  [method, route, operation, status, outcome].filter((part) => part !== undefined).join(" ");
