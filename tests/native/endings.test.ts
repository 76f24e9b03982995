// scripts/check-endings.mjs finds every place in the source that costs a client its credentials.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const PROVIDER = "crates/oauth-provider/src/token.rs";
const WORKER = "src/page.rs";
const PAGE = "docs/CONFORMANCE.template.md";

const rust = `
//! Says ErrorCode::InvalidGrant in a comment.
fn refused(text: &str) -> Error {
    Error::new(ErrorCode::InvalidClient, text)
}

/// Another one: refused("x")
pub(crate) async fn read(text: &str) -> Result<(), Error> {
    let wrong = |text: String| Error::new(ErrorCode::InvalidClient, text);
    if text.is_empty() {
        return Err(refused("empty"));
    }
    text.parse().map_err(refused)?;
    Err(wrong("nothing else".to_owned()))
}

fn judge(refusal: Refusal) -> u16 {
    match refusal {
        Refusal::Unknown | Refusal::Verifier => 400,
        _ if refusal == Refusal::Strength => 401,
        _ => 200,
    }
}

    fn step(state: State) -> Step {
        Step::refused(state, Refusal::Verifier)
    }

#[cfg(test)]
mod tests {
    fn made() -> Error {
        Error::new(ErrorCode::InvalidGrant, "in a test")
    }
}
`;
const row = (place: string, count: number) => `| ${place} ${count} | when | why | tests |`;
const page = (...rows: string[]) =>
  ["# Conformance", row("`token.rs` `elsewhere`", 1), "## What costs a client its credentials", "| place | when | why | tests |", "|---|---|---|---|", ...rows, "## Next", row("`token.rs` `later`", 1)].join("\n");
const good = [row("`token.rs` `read`", 3), row("`token.rs` `step`", 1), row("`src/page.rs` `shown`", 1)];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smcp-endings-"));
  write(PROVIDER, rust);
  write(WORKER, 'fn shown() -> Page {\n    Page { code: "invalid_client" }\n}\n');
  write(PAGE, page(...good));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, content: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), content);
}

function check(): { status: number | null; said: string } {
  const { status, stderr } = spawnSync(process.execPath, [join(repository, "scripts/check-endings.mjs"), folder], { encoding: "utf8" });
  return { status, said: stderr };
}

describe("the places that cost a client its credentials", () => {
  it("are on the list, each as often as it stands in the source", () => {
    expect(check()).toEqual({ status: 0, said: "" });
  });

  it.each([
    ["a code", "fn added() -> Error {\n    let error = Error::new(ErrorCode::InvalidGrant, \"x\");\n    match error { error => error }\n}\n", "`token.rs` `added` answers"],
    ["a refusal of a grant", "fn added(state: State) -> Step {\n    Step::refused(state, Refusal::ClientGone(why))\n}\n", "`token.rs` `added` answers"],
    ["a call of what makes one", 'fn added() -> Result<(), Error> {\n    Err(refused("x"))\n}\n', "`token.rs` `added` answers"],
    ["the words that a page sends", 'fn added() -> &str {\n    "invalid_grant"\n}\n', "`token.rs` `added` answers"],
  ])("may be added to by %s only with a row", (_, code, expected) => {
    write(PROVIDER, `${code}${rust}`);
    const { status, said } = check();
    expect(status).toBe(1);
    expect(said).toContain(expected);
    expect(said.trim().split("\n")).toHaveLength(1);
  });

  it("may not be more in a function than its row says", () => {
    write(PROVIDER, rust.replace("text.parse()", 'if text == "x" { return Err(refused("x")); }\n    text.parse()'));
    expect(check()).toMatchObject({ status: 1, said: expect.stringContaining("`token.rs` `read` does so 4 times") });
  });

  it.each([
    ["names a place that has gone", [...good, row("`token.rs` `gone`", 1)], "which does not"],
    ["stands twice", [...good, good[0]!], "twice"],
    ["is missing", good.slice(1), "does not say why"],
  ])("are not on the list where a row %s", (_, rows, expected) => {
    write(PAGE, page(...rows));
    expect(check()).toMatchObject({ status: 1, said: expect.stringContaining(expected) });
  });

  it("are looked for in a section that must be there", () => {
    write(PAGE, page(...good).replace("## What costs", "## What else costs"));
    expect(check().status).toBe(1);
  });
});
