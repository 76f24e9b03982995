// From rounds to a table. The ratio is taken per round, of two figures measured within seconds of each other, so that what
// else the machine does weighs on both; the table shows its median, and between which values the rounds lay.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join, relative } from "node:path";

export function summarize(each, label, rounds) {
  const { target } = each;
  const ratios = rounds.map(({ ours, floor }) => ours.perSecond / floor.perSecond);
  const ratio = median(ratios);
  const lighter = median(rounds.map(({ ours, floor }) => floor.cpu / ours.cpu));
  const of = (side, key) => median(rounds.map((round) => round[side][key]));
  const bad = rounds.flatMap(({ ours, floor }) => [ours, floor]).filter((result) => result.bad + result.socket > 0 || result.count === 0);
  let verdict = target === undefined ? "" : ratio >= target ? "met" : "**missed**";
  if (bad.length > 0) verdict = `**invalid**: ${bad.reduce((sum, result) => sum + result.bad + result.socket, 0)} wrong answers`;
  return {
    name: each.name,
    failed: bad.length > 0,
    why: bad.find((result) => result.first)?.first,
    cells: [
      each.title,
      label,
      `${each.connections}`,
      rate(of("ours", "perSecond")),
      milliseconds(of("ours", "p50")),
      milliseconds(of("ours", "p99")),
      processor(of("ours", "cpu")),
      `${rate(of("floor", "perSecond"))} (${each.floor})`,
      milliseconds(of("floor", "p99")),
      processor(of("floor", "cpu")),
      target === undefined ? "" : `≥ ${target}`,
      `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      Number.isNaN(lighter) ? "?" : lighter.toFixed(2),
      verdict,
    ],
  };
}

const columns = ["case", "build", "conn.", "per second", "p50 ms", "p99 ms", "CPU µs", "floor per second", "floor p99 ms", "floor CPU µs", "target", "ratio (rounds)", "CPU ratio", ""];

export function table(rows, columnNames = columns) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(columnNames), line(columnNames.map(() => "---")), ...rows.map(line)].join("\n");
}

export function report({ rows, skipped, sizes, ceilings, memory, settings }) {
  const sections = [
    `# Bench, ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `${cpus().length} × ${cpus()[0].model}, Node ${process.versions.node}, load average ${loadavg()[0].toFixed(1)} at the end. ${settings}`,
  ];
  if (rows.length > 0) sections.push(table(rows.map((row) => row.cells)));
  sections.push(...skipped.map(({ name, reason }) => `Skipped: \`${name}\`: ${reason.replaceAll("|", "\\|")}`));
  sections.push(table(sizes.map(({ label, bytes }) => [label, `${(bytes / 1000).toFixed(0)} KB`, "≤ 600 KB", bytes <= 600_000 ? "met" : "**missed**"]), ["build", "gzipped", "target", ""]));
  if (memory.length > 0) sections.push(...memory);
  if (ceilings) sections.push(`wrk's own ceiling here, against a server that only echoes: ${ceilings}.`);
  return `${sections.join("\n\n")}\n`;
}

export function save(text, folder) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "latest.md");
  writeFileSync(path, text);
  return relative(process.cwd(), path);
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rate(value) {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function processor(microseconds) {
  return Number.isNaN(microseconds) ? "?" : microseconds.toFixed(0);
}

function milliseconds(microseconds) {
  return (microseconds / 1000).toFixed(microseconds < 10_000 ? 2 : 1);
}
