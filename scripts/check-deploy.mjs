// make check-deploy: whether a real deployment could go out: nothing is a placeholder, migrations are in order, and wrangler takes
// what is built. `make test` does the last alone, since this repository itself has placeholders.
//
// node scripts/check-deploy.mjs [ENVIRONMENT...]; all without.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { ENVIRONMENTS, environment, migrationProblem, placeholders } from "./deploy/config.mjs";

const root = dirname(import.meta.dirname);
process.chdir(root);

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !ENVIRONMENTS.includes(name));
if (unknown) {
  console.error(`check-deploy: there is no environment '${unknown}'; there are ${ENVIRONMENTS.join(", ")}`);
  process.exit(2);
}
const problems = [];
for (const name of asked.length > 0 ? asked : ENVIRONMENTS) {
  problems.push(...placeholders(root, name));
  const order = migrationProblem(environment(root, name), ENVIRONMENTS.map((other) => environment(root, other)));
  if (order) problems.push(order);
  const args = ["deploy", "--dry-run", "--env", name, "--outdir", join("target", "deploy", name)];
  const run = spawnSync("wrangler", args, { encoding: "utf8" });
  if (run.status === 0) console.log(`check-deploy: ${name}: the dry run is fine`);
  else problems.push(`${name}: wrangler ${args.join(" ")}\n${run.stdout ?? ""}${run.stderr ?? run.error?.message ?? ""}`.trimEnd());
}
for (const problem of new Set(problems)) console.error(`check-deploy: ${problem}`);
if (problems.length > 0) {
  console.error("check-deploy: nothing was deployed. docs/SELF-HOSTING.md says what belongs in each place.");
  process.exit(1);
}
