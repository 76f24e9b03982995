// The log lines that docs/OPERATIONS.md shows of something that was tried: compared with what the worker writes, or written there with
// UPDATE=1. What is another at every run is put in order first.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { LogLine } from "./worker.ts";

const path = join(import.meta.dirname, "../../docs/OPERATIONS.md");
/** Ids of requests, traces, grants, people and clients. */
const ID = /(?<![\w-])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16}|[A-Za-z0-9_-]{43}|[0-9a-f]{8}[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{16})(?![\w-])/g;

/** The lines as they are shown: the same id has the same number, and times are nobody's. */
export function readable(lines: LogLine[]): string[] {
  const known = new Map<string, string>();
  const named = (id: string) => {
    // Words are no ids.
    if (/^[a-z_-]+$/.test(id)) return id;
    if (!known.has(id)) known.set(id, `id-${known.size + 1}`);
    return known.get(id)!;
  };
  return lines.map(({ message }) =>
    message
      .replaceAll(/"(request|trace|sign_in|grant|person)":"([^"]+)"/g, (_, member: string, id: string) => `"${member}":"${named(id)}"`)
      .replaceAll(ID, named)
      .replaceAll(/("\w*ms":)\d+/g, "$17")
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:9797"),
  );
}

/** Holds the block behind `<!-- tried: NAME -->` against these lines. */
export function shows(name: string, lines: LogLine[]): void {
  const text = readFileSync(path, "utf8");
  const mark = `<!-- tried: ${name} -->\n`;
  const [before, after] = text.split(mark);
  if (after === undefined) throw new Error(`docs/OPERATIONS.md has no '${mark.trim()}'`);
  const block = /^```json\n[^]*?^```\n/m.exec(after)?.[0];
  const written = `\`\`\`json\n${readable(lines).join("\n")}\n\`\`\`\n`;
  expect(lines.length, `lines of ${name}`).toBeGreaterThan(0);
  if (process.env.UPDATE) writeFileSync(path, `${before}${mark}${after.replace(block ?? "", written)}`);
  else expect(block, "what docs/OPERATIONS.md shows; UPDATE=1 writes it").toBe(written);
}
