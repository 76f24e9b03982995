// scripts/rules.mjs makes a page of the rules that stand at tests, and refuses what is no such rule.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const DOCUMENT = "docs/CONFORMANCE.md";

const TEMPLATE = "docs/CONFORMANCE.template.md";
const RUST = "crates/oauth-provider/src/url.rs";
const RUST_WHOLE = "crates/oauth-provider/tests/features/par.rs";
const TYPESCRIPT = "tests/workerd/urls.test.ts";
const STEPS = "scripts/test.mjs";

/** A repository of four files with tests. */
const good: Record<string, string> = {
  [TEMPLATE]: text("# Rules", "", "<!-- rules: clients -->", "", "## Steps", "", "<!-- rules: steps -->"),
  [RUST]: text(
    "// rule: clients/url-form",
    "// rule: clients/long: words that are [too long] for a line,",
    "//    and go on: `here`",
    "/// A comment of another kind.",
    "#[test]",
    "#[should_panic]",
    "fn forms() {}",
  ),
  [RUST_WHOLE]: text("//! Pushed requests.", "// file rule: clients/pushed: pushed requests [RFC 9126 §2]", "", "use std::fmt;", "", "#[tokio::test]", "async fn pushes() {}"),
  [TYPESCRIPT]: text(
    "// rule: clients/long",
    'describe("a URL", () => {',
    "  // rule: clients/url-form: form of a URL [CIMD §3]",
    '  it("has one of two forms, which are told in many words, so that nobody reads to the end", () => {});',
    '  it("has one of two forms, which are told in other words", () => {});',
    "});",
    "const rows = [",
    "  // rule: clients/long",
    '  ["a row", 1],',
    "];",
    'it.each(rows)("%s", () => {});',
  ),
  [STEPS]: text("const steps = [", "  // rule: steps/formatted: all is formatted", "  {", '    name: "format",', '    title: "formatting",', "  },", "];"),
};

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smcp-rules-"));
  for (const [file, content] of Object.entries(good)) write(file, content);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function text(...lines: string[]): string {
  return `${lines.join("\n")}\n`;
}

function write(file: string, content: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

function rules(...parameters: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [join(repository, "scripts/rules.mjs"), ...parameters, "--in", folder], { encoding: "utf8" });
  return { passed: status === 0, said: stderr };
}

describe("a page of rules", () => {
  it("has each with its source and all of its tests, and is up to date then", () => {
    expect(rules()).toEqual({ passed: true, said: "" });
    expect(readFileSync(join(folder, DOCUMENT), "utf8")).toBe(
      text(
        "# Rules",
        "",
        "| rule | source | tests |",
        "| --- | --- | --- |",
        '| form of a URL | CIMD §3 | `u/url` `forms`; `w/urls` "has one of two forms, which are told in many words, …" |',
        "| pushed requests | RFC 9126 §2 | `p/par` |",
        '| words that are [too long] for a line, and go on: `here` |  | `u/url` `forms`; `w/urls` "a URL", "a row" |',
        "",
        "## Steps",
        "",
        "| rule | tests |",
        "| --- | --- |",
        '| all is formatted | `scripts/test.mjs` "formatting" |',
      ),
    );
    expect(rules("--check")).toEqual({ passed: true, said: "" });
  });

  it.each([
    ["an id that is described nowhere", TYPESCRIPT, "// rule: clients/long\n", "// rule: clients/lang\n", "'clients/lang' is described at no test"],
    ["an id that is described twice", RUST, "// rule: clients/url-form\n", "// rule: clients/url-form: once more\n", "'clients/url-form' is described in crates/oauth-provider/src/url.rs:1 already"],
    ["a section that the template lacks", STEPS, "steps/formatted", "other/formatted", "has no section 'other'"],
    ["a section without a rule", TEMPLATE, "rules: steps", "rules: empty", "'empty' has no rule"],
    ["a rule above no test", RUST, "#[test]\n#[should_panic]\n", "", "stands above no test"],
    ["a rule that is not right above its test", TYPESCRIPT, "form of a URL [CIMD §3]\n", "form of a URL [CIMD §3]\n\n", "stands above no test"],
    ["a rule above a row that is no test", TYPESCRIPT, '"%s"', '"%s is"', "stands above no test"],
    ["a rule above a test of Rust's that is switched off", RUST, "#[should_panic]", "#[ignore]", "or above one that is switched off"],
    ["a rule above a test of vitest's that is switched off", TYPESCRIPT, 'it("has one', 'it.skip("has one', "or above one that is switched off"],
    ["a rule of a file without tests", RUST_WHOLE, "#[tokio::test]\n", "", "the file has no test"],
    ["a rule of a file below its first code", RUST_WHOLE, "//! Pushed requests.", "mod pushed;", "stands above all code"],
    ["a rule that is written in another way", RUST, "// rule: clients/url-form\n", "// Rules: clients/url-form\n", "a rule is written"],
    ["a rule in a comment for readers of the documentation", RUST, "// rule: clients/url-form\n", "/// rule: clients/url-form\n", "a rule is written"],
    ["an id without a section", RUST, "// rule: clients/url-form\n", "// rule: url-form\n", "a rule is written"],
    ["a page that is out of date", RUST, "`here`", "`there`", "docs/CONFORMANCE.md is out of date"],
  ])("is not made of %s", (_, file, there, instead, says) => {
    rules();
    expect(good[file]).toContain(there);
    write(file, good[file]!.replace(there, instead));
    const { passed, said } = rules("--check");
    expect(said).toContain(says);
    expect(passed).toBe(false);
  });

  it("is left as it was where something is refused", () => {
    rules();
    const before = readFileSync(join(folder, DOCUMENT), "utf8");
    write(RUST, good[RUST]!.replace("#[test]", "").replace("`here`", "`there`"));
    expect(rules().passed).toBe(false);
    expect(readFileSync(join(folder, DOCUMENT), "utf8")).toBe(before);
  });
});
