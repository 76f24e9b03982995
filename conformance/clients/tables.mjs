// What all runs have shown, as two tables: on the terminal, and in docs/CLIENTS.md, which must say the same.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { STEPS } from "./outcome.mjs";

const document = join(dirname(dirname(import.meta.dirname)), "docs", "CLIENTS.md");
const BEGIN = "<!-- runs: made by make conformance -->\n";
const END = "\n<!-- /runs -->";

/** `runs` has, by path, the outcomes of each step and the requests that were seen. */
export function tables(all) {
  const outcomes = all.map(({ client, version, runs }) => [client.name, version, ...STEPS.map((step) => shown(runs["/mcp"], step)), project(runs.project)]);
  const shapes = all.map(({ client, version, runs }) => [client.name, version, ...shape(runs["/mcp"]?.requests ?? [])]);
  return [
    table(["client", "version", "sign-in", "list", "call", "unlisted tool", "refresh", "reconnect", "restart", "project path"], outcomes),
    table(["client", "version", "registers as", "method", "called back at", "asks for", "speaks"], shapes),
  ].join("\n\n");
}

/** Whether docs/CLIENTS.md has them; UPDATE=1 writes them there. */
export function documented(text) {
  const before = readFileSync(document, "utf8");
  const [head, rest] = before.split(BEGIN);
  const [kept, tail] = (rest ?? "").split(END);
  if (tail === undefined) throw new Error(`docs/CLIENTS.md has no place for what the runs have shown: ${BEGIN}`);
  if (process.env.UPDATE) writeFileSync(document, `${head}${BEGIN}\n${text}\n${END}${tail}`);
  return Boolean(process.env.UPDATE) || kept.trim() === text.trim();
}

const shown = (run, step) => run?.outcomes[step]?.shown ?? "FAIL";

/** The whole of it over a project's path, in one word. */
function project(run) {
  const bad = Object.entries(run?.outcomes ?? { "it did not run": {} }).filter(([, { good }]) => !good);
  return bad.length === 0 ? "the same" : `FAIL: ${bad.map(([step]) => step).join(", ")}`;
}

/** What it said of itself. Ports are those of one run, and the drivers' own name is an application's. */
function shape(requests) {
  const { client_name: name, redirect_uris: uris = [], token_endpoint_auth_method: method } = requests.find(({ registered }) => registered)?.registered ?? {};
  const places = uris.map((uri) => `\`${uri.replace(/:(?!627[67]\b)\d+/, ":<port>")}\``);
  const scope = requests.find(({ path }) => path === "/oauth/authorize")?.scope;
  const versions = [...new Set(requests.map(({ version }) => version).filter(Boolean))].sort();
  const called = name === "Conformance" ? "what its application says" : (name ?? "nothing");
  return [called, method ?? "none said", places.join(", "), scope ? "the challenge's scope" : "no scope", versions.at(-1) ?? "none said"];
}

function table(head, rows) {
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((cells) => cells[index].length)));
  const line = (cells) => `| ${cells.map((cell, index) => cell.padEnd(widths[index])).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}
