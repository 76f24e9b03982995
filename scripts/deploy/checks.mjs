// What must be true before anything is uploaded. Each check answers what is wrong and what to do, or nothing.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ENVIRONMENTS, environment, migrationProblem, placeholders } from "./config.mjs";

/** Written by a whole, green `make test` of a clean tree. */
export const GREEN = "target/green.json";

/**
 * In this order; the cheap ones first. `run` starts a program and hands back its status and what it said.
 * @type {[string, (context: any) => string | undefined][]}
 */
export const CHECKS = [
  ["no change outside of git", cleanTree],
  ["every test is green for this commit", testsGreen],
  ["nothing is a placeholder", ({ root, target }) => placeholders(root, target.name).join("\n") || undefined],
  ["migrations are in order", ({ root, target }) => migrationProblem(target, ENVIRONMENTS.map((name) => environment(root, name)))],
  ["wrangler takes what is built (dry run)", dryRun],
  ["the secrets are there", secretsThere],
];

function cleanTree({ run }) {
  const { output } = run("git", ["status", "--porcelain"], { reads: true });
  return output.trim() === "" ? undefined : `commit or put away first:\n${output.trimEnd()}`;
}

function testsGreen({ root, commit }) {
  const remedy = "run `make test`, whole and on a clean tree, and look at its last line";
  if (!existsSync(join(root, GREEN))) return `no whole run of the tests was green here: ${remedy}`;
  let green;
  try {
    green = JSON.parse(readFileSync(join(root, GREEN), "utf8"));
  } catch {
    return `${GREEN} cannot be read: ${remedy}`;
  }
  return green.commit === commit ? undefined : `the last green run was of ${green.commit}, and this is ${commit}: ${remedy}`;
}

function dryRun({ run, target }) {
  const { status, output } = run("wrangler", ["deploy", "--dry-run", "--env", target.name, "--outdir", join("target", "deploy", target.name)], { reads: true });
  return status === 0 ? undefined : output.trimEnd();
}

function secretsThere({ run, target }) {
  const { status, output } = run("wrangler", ["secret", "list", "--env", target.name, "--format", "json"], { reads: true });
  const put = (names) => names.map((name) => `  wrangler secret put ${name} --env ${target.name}`).join("\n");
  let names;
  try {
    names = JSON.parse(output).map(({ name }) => name);
  } catch {
    return `wrangler does not list them (status ${status}):\n${output.trimEnd()}\nIf there is no such worker yet, the first secret makes it:\n${put(target.secrets)}`;
  }
  const missing = target.secrets.filter((name) => !names.includes(name));
  return missing.length > 0 ? `set what is missing:\n${put(missing)}` : undefined;
}
