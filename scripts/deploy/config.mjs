// What wrangler.toml says of an environment, and what nobody has filled in yet.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The environments that are deployed. */
export const ENVIRONMENTS = ["canary", "production"];

/**
 * An environment as wrangler.toml has it: the worker's name, its host, its migrations in order, the secrets that it needs. An environment
 * repeats everything there, so that its own tables say it all; tests/config.rs holds them against the code.
 */
export function environment(root, name) {
  const tables = tablesOf(readFileSync(join(root, "wrangler.toml"), "utf8"), name);
  const value = (table, key) => tables.filter((each) => each.name === table).flatMap((each) => each.values[key] ?? []);
  return {
    name,
    worker: value("", "name")[0],
    host: /pattern = "([^"]+)"/.exec(value("", "routes")[0] ?? "")?.[1],
    migrations: value("migrations", "tag"),
    secrets: [...(value("secrets", "required")[0] ?? "").matchAll(/"([^"]+)"/g)].map(([, secret]) => secret),
    kv: value("kv_namespaces", "id"),
  };
}

/** The tables of an environment, with values in one line each: strings bare, anything else as it is written. */
function tablesOf(text, environment) {
  const tables = [];
  let current;
  for (const line of text.split("\n")) {
    const header = /^\[+env\.([a-z]+)\.?([\w.]*)\]+/.exec(line);
    if (header) current = header[1] === environment ? tables[tables.push({ name: header[2], values: {} }) - 1] : undefined;
    else if (line.startsWith("[")) current = undefined;
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (current && key) current.values[key] = /^"([^"]*)"/.exec(value)?.[1] ?? value;
  }
  return tables;
}

/** What is still a placeholder for a real deployment: file, line and words. */
export function placeholders(root, name) {
  const found = [];
  const toml = readFileSync(join(root, "wrangler.toml"), "utf8").split("\n");
  let section;
  for (const [index, line] of toml.entries()) {
    section = /^\[+env\.([a-z]+)/.exec(line)?.[1] ?? (/^\[/.test(line) ? undefined : section);
    if (section === name && line.includes("PLACEHOLDER")) found.push(`wrangler.toml:${index + 1}: ${line.replace(/^# /, "")}`);
  }
  const { host, kv } = environment(root, name);
  // Without the comment the value is still nobody's.
  if (!host || /(^|\.)example\.(com|org|net)$/.test(host)) found.push(`wrangler.toml: [env.${name}] the host is ${host ?? "missing"}`);
  for (const id of kv) {
    if (id && /^(.)\1*$/.test(id)) found.push(`wrangler.toml: [env.${name}] the id of the KV namespace is ${id}`);
  }
  const security = readFileSync(join(root, "SECURITY.md"), "utf8").split("\n");
  for (const [index, line] of security.entries()) {
    if (line.includes("PLACEHOLDER") || /@example\.com/.test(line)) found.push(`SECURITY.md:${index + 1}: ${line}`);
  }
  return found;
}

/** Why the migrations of two environments cannot be applied one after the other, if they cannot. */
export function migrationProblem({ name, migrations }, others) {
  const twice = migrations.find((tag, index) => migrations.indexOf(tag) !== index);
  if (twice) return `wrangler.toml: [env.${name}] has the migration ${twice} twice`;
  for (const other of others) {
    const differs = migrations.findIndex((tag, index) => other.migrations[index] !== undefined && other.migrations[index] !== tag);
    if (differs >= 0) {
      return `wrangler.toml: migration ${differs + 1} is ${migrations[differs]} in [env.${name}] and ${other.migrations[differs]} in [env.${other.name}]`;
    }
  }
  return undefined;
}
