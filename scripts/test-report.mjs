// The results of all runners of `make test` in one form: scripts/test.mjs writes it, scripts/check-conformance.mjs
// reads it. A report is a list of `{ suite, titles, passed }`: the suite is a test binary of cargo's or a file of
// vitest's, and the titles lead from the outermost `describe` (or the whole path of a Rust test) to the test itself.
import { basename, dirname, join, relative } from "node:path";

/**
 * Reads the output of `cargo test`. Both streams must have been merged, because lines on stderr say which binary runs.
 */
export function fromCargo(output) {
  const report = [];
  let suite;
  for (const line of output.split("\n")) {
    const [, source, binary] = line.match(/^ *Running (?:unittests )?(\S+) \(\S*?([^/\\\s]+)-[0-9a-f]+(?:\.exe)?\)/) ?? [];
    if (source) suite = source.startsWith("src/") ? `unit ${binary}` : `tests ${binary}`;
    if (/^ *Doc-tests /.test(line)) suite = undefined;
    const [, name, verdict] = line.match(/^test (\S+)(?: - should panic)? \.\.\. (\w+)/) ?? [];
    if (suite && name) report.push({ suite, titles: [name], passed: verdict === "ok" });
  }
  return report;
}

/** Reads vitest's JSON. */
export function fromVitest({ testResults }, root) {
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ ancestorTitles, title, status }) => ({
      suite: relative(root, name),
      titles: [...ancestorTitles, title],
      passed: status === "passed",
    })),
  );
}

/** The results of the tests in a source file. Rust tests are named without their path. */
export function inFile(report, file, packageNames) {
  if (!file.endsWith(".rs")) return report.filter(({ suite }) => suite === file);
  const { suite, module } = placeOf(file, packageNames);
  const path = new RegExp(`^${[...module, "(?:tests::)?(\\w+)$"].join("::")}`);
  return report.flatMap((test) => {
    const name = test.suite === suite && test.titles[0].match(path)?.[1];
    return name ? [{ ...test, titles: [name] }] : [];
  });
}

/** The binary and the module that contain a Rust file's tests. */
function placeOf(file, packageNames) {
  const [, folder, kind, rest] = file.match(/^(crates\/[^/]+\/)?(src|tests)\/(.+)\.rs$/) ?? [];
  if (!kind) throw new Error(`${file} is no place for a Rust test`);
  if (kind === "src") {
    const binary = packageNames(folder ?? "").replaceAll("-", "_");
    return { suite: `unit ${binary}`, module: modules(rest) };
  }
  const [target, ...inner] = rest.split("/");
  return { suite: `tests ${target}`, module: inner.length > 0 ? modules(inner.join("/")) : [] };
}

function modules(path) {
  const below = dirname(path) === "." ? [] : dirname(path).split("/");
  return ["lib", "main"].includes(basename(path)) ? below : join(...below, basename(path)).split("/");
}
