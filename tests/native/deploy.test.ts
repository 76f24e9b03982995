// A deployment against stand-ins: a wrangler and a test client that write down what they are told, and a server that answers as the
// version that it is asked for.
// file rule: clients/deployed-in-steps: nothing is uploaded before every check has passed, each step is looked at before the next, and
//    a version that does not work is rolled back
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CHECKS } from "../../scripts/deploy/checks.mjs";
import { environment } from "../../scripts/deploy/config.mjs";

const repository = join(import.meta.dirname, "../..");
const [OLD, NEW] = ["0ld00000-0000-4000-8000-000000000001", "2ew00000-0000-4000-8000-000000000002"];

// Each run starts some twenty programs, one after the other.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let commit: string;
let server: Server;
let origin: string;
/** The version that the server is, if not the one that a request names. */
let is: string | undefined;

const git = (...args: string[]) => spawnSync("git", ["-c", "user.name=x", "-c", "user.email=x@x.example", ...args], { cwd: folder, encoding: "utf8" }).stdout.trim();
const write = (path: string, text: string, mode?: number) => writeFileSync(join(folder, path), text, { mode });
/** What a stand-in says, and the status with which it ends. */
const says = (what: string, text: string, status = 0) => {
  write(`fake/${what}`, text);
  write(`fake/${what}.status`, String(status));
};
/** Answers by the first words of the arguments, and puts the id of what is uploaded where wrangler would. */
const STAND_IN = `#!/usr/bin/env bash
echo "$(basename "$0") $*" >>"$FAKE/calls"
key=$(basename "$0")-$(echo "$*" | sed -E 's/^((versions|deployments|secret) )?([a-z]+).*/\\1\\3/; s/ /-/; s/^deploy$/deploy/')
case "$*" in *--dry-run*) key=wrangler-dry;; esac
if [ "$key" = wrangler-versions-upload ] && [ -n "$WRANGLER_OUTPUT_FILE_PATH" ]; then cat "$FAKE/uploaded" >"$WRANGLER_OUTPUT_FILE_PATH"; fi
[ -f "$FAKE/$key" ] && cat "$FAKE/$key"
exit "$(cat "$FAKE/$key.status" 2>/dev/null || echo 0)"
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "smcp-deploy-"));
  for (const path of ["bin", "fake", "target", "scripts"]) mkdirSync(join(folder, path));
  for (const path of ["scripts/deploy", "scripts/deploy.mjs", "scripts/check-deploy.mjs"]) cpSync(join(repository, path), join(folder, path), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  for (const name of ["wrangler", "mcp-test-client"]) write(`bin/${name}`, STAND_IN, 0o755);
  write(".gitignore", "node_modules\nbin\nfake\ntarget\n");
  server = createServer((request, response) => {
    const pinned = /="(.*)"/.exec(String(request.headers["cloudflare-workers-version-overrides"] ?? ""))?.[1];
    const deployment = is ?? pinned ?? OLD;
    response.end(JSON.stringify({ issuer: origin, deployment, result: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  fillIn();
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "x");
  commit = git("rev-parse", "HEAD");
  return () => server.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(() => {
  is = undefined;
  rmSync(join(folder, "fake"), { recursive: true, force: true });
  mkdirSync(join(folder, "fake"));
  fillIn();
  write("target/green.json", JSON.stringify({ commit }));
  says("wrangler-secret-list", JSON.stringify(["SENTRY_CLIENT_ID", "SENTRY_CLIENT_SECRET", "COOKIE_SECRET"].map((name) => ({ name }))));
  says("wrangler-deployments-status", JSON.stringify({ versions: [{ version_id: OLD, percentage: 100 }] }));
  says("wrangler-versions-view", JSON.stringify({ resources: { script_runtime: { migration_tag: "v1" } } }));
  says("uploaded", `{"type":"wrangler-session"}\n{"type":"version-upload","version_id":"${NEW}"}\n`);
});

/** The repository's own files, as somebody fills them in (whatever stands there), and then changed. */
function fillIn(changed: (text: string) => string = (text) => text) {
  const hosts = ["mcp-canary.vendor.example", "mcp.vendor.example"];
  const toml = readFileSync(join(repository, "wrangler.toml"), "utf8")
    .replaceAll(/^# PLACEHOLDER.*\n/gm, "")
    .replaceAll(/pattern = "[^"]*"/g, () => `pattern = "${hosts.shift()}"`)
    .replaceAll(/^id = "[0-9a-f]{32}"$/gm, 'id = "0123456789abcdef0123456789abcdef"');
  const security = readFileSync(join(repository, "SECURITY.md"), "utf8").replace(/^Write to .*$/m, "Write to **security@vendor.example**.");
  for (const [path, text] of [["wrangler.toml", toml], ["SECURITY.md", security]] as const) write(path, changed(text));
}

interface Run {
  status: number | null;
  output: string;
  calls: string[];
}

async function deploy(args: string[], { env = {}, input = "", script = "deploy.mjs" }: { env?: Record<string, string>; input?: string; script?: string } = {}): Promise<Run> {
  rmSync(join(folder, "fake/calls"), { force: true });
  const child = spawn(process.execPath, [join(folder, "scripts", script), ...args], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, FAKE: join(folder, "fake"), SMOKE_SECONDS: "0", SMOKE_SENTRY_TOKEN: "", ...env } as never,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  child.stdin.end(input);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const calls = join(folder, "fake/calls");
  return { status, output, calls: existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [] };
}

const canary = ["canary", "--origin"];
const words = (calls: string[]) => calls.filter((call) => !/--dry-run|secret list|status|versions view/.test(call)).map((call) => call.replaceAll(commit, "COMMIT").replaceAll(commit.slice(0, 12), "COMMIT"));
const moved = (run: Run) => run.calls.flatMap((call) => /^wrangler versions deploy ((?:\S+@\d+ ?)+)/.exec(call)?.[1]?.trim() ?? []);

describe("a deployment", () => {
  it("goes out in steps, each of which is looked at", async () => {
    const run = await deploy([...canary, origin, "--yes", "--wait", "0"]);
    expect([run.status, run.output]).toEqual([0, expect.stringContaining(`all traffic of canary is on ${NEW}`)]);
    const doctor = `mcp-test-client doctor ${origin}/mcp`;
    const call = `mcp-test-client --mcp-host ${origin} --tool whoami --json`;
    const step = (spec: string, percent: number) => `wrangler versions deploy ${spec} --env canary --message COMMIT: ${percent} % -y`;
    expect(words(run.calls)).toEqual([
      "wrangler versions upload --env canary --tag COMMIT --message COMMIT",
      step(`${NEW}@0 ${OLD}@100`, 0),
      ...[[10, 90], [50, 50]].flatMap(([some, rest]) => [step(`${NEW}@${some} ${OLD}@${rest}`, some!), doctor, call, doctor, call]),
      step(`${NEW}@100`, 100),
      doctor,
      call,
    ]);
    expect(run.output).toContain(`wrangler rollback ${OLD} --env canary`);
    expect(run.output).toContain("stop above");
  });

  it("asks at every step, and rolls back on anything but yes", async () => {
    const gone = await deploy([...canary, origin], { input: "yes\nno\nyes\n" });
    expect([gone.status, moved(gone)]).toEqual([1, [`${NEW}@0 ${OLD}@100`, `${NEW}@10 ${OLD}@90`, `${NEW}@50 ${OLD}@50`]]);
    expect(gone.calls.at(-1)).toBe(`wrangler rollback ${OLD} --env canary --message stopped -y`);
    const silent = await deploy([...canary, origin]);
    expect([silent.status, moved(silent).length]).toEqual([1, 2]);
    expect(silent.calls.some((call) => call.includes("rollback"))).toBe(false);
    expect(silent.output).toContain(`To roll back: wrangler rollback ${OLD}`);
  });

  it.each([
    ["is not the one that answers", () => void (is = OLD), 1],
    ["has a doctor's finding", () => says("mcp-test-client-doctor", "a rule is broken", 1), 2],
    ["cannot be moved", () => says("wrangler-versions-deploy", "no", 1), 1],
  ])("is rolled back when the version %s", async (_, breaks, steps) => {
    breaks();
    const run = await deploy([...canary, origin, "--yes", "--wait", "0"]);
    expect([run.status, moved(run).length]).toEqual([1, steps]);
    expect(run.calls.at(-1)).toContain(`wrangler rollback ${OLD} --env canary`);
    expect(run.output).toContain(`all traffic is on ${OLD} again`);
  });

  it("calls with a token of Sentry's at 0 % already, without its being shown", async () => {
    const run = await deploy([...canary, origin, "--yes", "--wait", "0", "--fix"], { env: { SMOKE_SENTRY_TOKEN: "hush" } });
    expect([run.status, moved(run)]).toEqual([0, [`${NEW}@0 ${OLD}@100`, `${NEW}@100`]]);
    expect(run.calls.some((call) => call.includes("whoami"))).toBe(false);
    expect(`${run.output}${run.calls}`).not.toContain("hush");
  });

  it("says loudly that a roll-back failed", async () => {
    is = OLD;
    says("wrangler-rollback", "no", 1);
    expect((await deploy([...canary, origin, "--yes", "--wait", "0"])).output).toContain("THE ROLL-BACK FAILED. Try by hand: wrangler rollback");
  });

  it("is all at once where it is the first, or objects have a migration", async () => {
    says("wrangler-deployments-status", "This Worker does not exist on your account. [code: 10007]", 1);
    const first = await deploy([...canary, origin], { input: "no\n" });
    expect([first.status, words(first.calls)]).toEqual([1, []]);
    expect(first.output).toContain("the first deployment");
    says("wrangler-deployments-status", JSON.stringify({ versions: [{ version_id: OLD, percentage: 100 }] }));
    says("wrangler-versions-upload", "This Worker has a pending Durable Object migration, which cannot be applied by `wrangler versions upload`.", 1);
    const run = await deploy([...canary, origin, "--yes", "--wait", "0"]);
    expect(run.output).toContain("objects get a migration");
    expect([run.status, moved(run), run.calls.filter((call) => /^wrangler deploy --env/.test(call)).length]).toEqual([0, [], 1]);
  });

  it.each([
    ["two versions have traffic", "wrangler-deployments-status", JSON.stringify({ versions: [{ version_id: OLD, percentage: 60 }, { version_id: NEW, percentage: 40 }] }), 0, "another deployment is under way"],
    ["wrangler does not say what is deployed", "wrangler-deployments-status", "Authentication error [code: 10000]", 1, "Authentication error"],
    ["what is deployed is newer", "wrangler-versions-view", JSON.stringify({ resources: { script_runtime: { migration_tag: "v9" } } }), 0, "this checkout is older"],
    ["the upload fails", "wrangler-versions-upload", "it is too large", 1, "the version was not uploaded"],
  ])("moves nothing where %s", async (_, what, text, status, expected) => {
    says(what, text, status);
    const run = await deploy([...canary, origin, "--yes", "--wait", "0"]);
    expect([run.status, moved(run)]).toEqual([1, []]);
    expect(run.output).toContain(expected);
    expect(run.calls.some((call) => call.includes("rollback"))).toBe(false);
  });

  it("prints every command and runs none", async () => {
    const run = await deploy(["production", "--dry-run"]);
    expect([run.status, run.calls]).toEqual([0, []]);
    for (const part of ["versions upload --env production", "NEW@10 OLD@90", "NEW@100 --env production", "doctor https://mcp.vendor.example/mcp", "rollback OLD"]) {
      expect(run.output).toContain(part);
    }
  });

  it.each([[[]], [["staging"]], [["canary", "production"]], [["canary", "--force"]], [["canary", "--wait", "soon"]]])("takes no arguments like %j", async (args) => {
    expect((await deploy(args)).status).toBe(2);
  });
});

describe("before anything is uploaded", () => {
  const target = () => environment(folder, "canary");
  const run = (program: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, FAKE: join(folder, "fake") } as never,
    });
    return { status: status ?? 1, output: status === 0 ? stdout : stdout + stderr };
  };
  const found = () => CHECKS.flatMap(([title, check]) => check({ root: folder, target: target(), commit, run }) ?? []).join("\n");

  it("all is well", () => expect(found()).toBe(""));

  it.each([
    ["something is not committed", () => write("new", ""), "?? new"],
    ["no test ran", () => rmSync(join(folder, "target/green.json")), "no whole run"],
    ["the tests ran of another commit", () => write("target/green.json", '{"commit":"x"}'), "the last green run was of x"],
    ["what the tests left cannot be read", () => write("target/green.json", "{"), "cannot be read"],
    ["a placeholder is left", () => fillIn((text) => text.replace("[env.canary]\n", "[env.canary]\n# PLACEHOLDER: x\n")), "PLACEHOLDER: x"],
    ["a host is nobody's", () => fillIn((text) => text.replaceAll("mcp-canary.vendor.example", "mcp.example.com")), "the host is mcp.example.com"],
    ["a KV namespace is nobody's", () => fillIn((text) => text.replaceAll("0123456789abcdef0123456789abcdef", "0".repeat(32))), "the id of the KV namespace"],
    ["nobody reads reports", () => fillIn((text) => text.replaceAll("security@vendor.example", "security@example.com")), "SECURITY.md"],
    ["migrations differ", () => fillIn((text) => text.replace('[[env.production.migrations]]\ntag = "v1"', '[[env.production.migrations]]\ntag = "v2"')), "migration 1 is v1"],
    ["wrangler does not take it", () => says("wrangler-dry", "it is too large", 1), "it is too large"],
    ["a secret is missing", () => says("wrangler-secret-list", '[{"name":"COOKIE_SECRET"}]'), "wrangler secret put SENTRY_CLIENT_SECRET --env canary"],
    ["there is no such worker", () => says("wrangler-secret-list", "This Worker does not exist", 1), "the first secret makes it"],
  ])("it is said that %s", (_, breaks, expected) => {
    breaks();
    expect(found()).toContain(expected);
    rmSync(join(folder, "new"), { force: true });
  });

  it("what is wrong is said all at once, and nothing is uploaded", async () => {
    rmSync(join(folder, "target/green.json"));
    fillIn((text) => text.replaceAll("mcp-canary.vendor.example", "mcp.example.com"));
    says("wrangler-secret-list", "[]");
    const result = await deploy([...canary, origin, "--yes"]);
    expect([result.status, words(result.calls)]).toEqual([1, []]);
    expect(result.output.match(/^FAIL/gm)).toHaveLength(4);
    expect(result.output).toContain("deploy: nothing was uploaded");
  });

  it("make check-deploy fails on placeholders, and on them alone", async () => {
    const script = "check-deploy.mjs";
    expect((await deploy([], { script })).output).toMatch(/canary: the dry run is fine\n.*production: the dry run is fine/);
    fillIn((text) => text.replace("[env.canary]\n", "[env.canary]\n# PLACEHOLDER: x\n"));
    const run = await deploy([], { script });
    expect([run.status, run.output]).toEqual([1, expect.stringContaining("PLACEHOLDER: x")]);
    expect((await deploy(["production"], { script })).status).toBe(0);
    expect((await deploy(["staging"], { script })).status).toBe(2);
  });
});
