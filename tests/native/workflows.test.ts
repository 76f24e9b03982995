// What runs on GitHub: nothing that others can change under us, and no more rights than it needs.
// file rule: clients/workflows-bounded: a workflow uses no action that is not pinned by its commit, reads the repository only, and
//    deploys from a protected environment
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "../../.github/workflows");
const workflows = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")] as const);

it.each(workflows)("%s may read the repository and nothing else, and its actions are pinned", (_, text) => {
  expect(text).toMatch(/^permissions:\n  contents: read\n\n/m);
  expect(text.match(/^\s*permissions:/gm)).toHaveLength(1);
  for (const [, action] of text.matchAll(/^\s*-?\s*uses:\s*(\S+)/gm)) expect(action).toMatch(/@[0-9a-f]{40}$/);
  // What somebody types or names is never part of a script.
  for (const [, script] of text.matchAll(/^\s*(?:- )?run: ?([^\n]*(?:\n {10,}[^\n]*)*)/gm)) expect(script).not.toContain("${{");
});

it.each(workflows.filter(([name]) => name.startsWith("deploy-")))("%s takes its secrets from the environment of its name, for one step, after the tests", (name, text) => {
  const environment = /^deploy-(.*)\.yml$/.exec(name)![1]!;
  expect(text).toContain(`    environment: ${environment}\n`);
  expect(text).toContain("cancel-in-progress: false");
  const steps = text.split(/^      - name: /m).slice(1);
  expect(steps.map((step) => step.split("\n")[0]).slice(-2)).toEqual(["make test", `make deploy-${environment}`]);
  expect(steps.filter((step) => step.includes("secrets."))).toHaveLength(1);
  expect(text).not.toContain("pull_request");
});
