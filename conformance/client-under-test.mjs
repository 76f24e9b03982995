// mcp-test-client as MCP's own suite runs it: the server's URL is the last argument, the rest stands in the environment.
// Each scenario is a few commands, as a person would type them.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const program = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "mcp-test-client");
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_PROTOCOL_VERSION: version } = process.env;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? "{}");
const url = process.argv.at(-1);
const state = mkdtempSync(join(tmpdir(), "mcp-test-client-"));

const call = (name, args = {}) => `/call ${name} ${JSON.stringify(args)}`;
/** What is typed. */
const commands = {
  initialize: () => ["/tools"],
  tools_call: () => ["/tools", call("add_numbers", { a: 5, b: 3 })],
  "elicitation-sep1034-client-defaults": () => [call("test_client_elicitation_defaults")],
  "sse-retry": () => [call("test_reconnection")],
  "request-metadata": () => ["/tools"],
  "sep-2322-client-request-state": () =>
    ["test_mrtr_echo_state", "test_mrtr_unrelated", "test_mrtr_no_state", "test_mrtr_unrelated", "test_mrtr_no_result_type"].map((name) => call(name)),
  "http-standard-headers": () => [
    "/tools",
    call("test_headers"),
    call("my-hyphenated-tool"),
    "/resources",
    "/read file:///path/to/file%20name.txt",
    "/read https://example.com/resource?id=123",
    "/prompts",
    "/prompt test_prompt",
  ],
  "http-custom-headers": () => context.toolCalls.map(({ name, arguments: args }) => call(name, args)),
  // Every tool that the client still offers.
  "http-invalid-tool-headers": async () => (await listed()).map(({ name }) => call(name, { region: "x" })),
  "json-schema-ref-no-deref": () => ["/tools"],
  "json-schema-2020-12-preservation": async () => {
    const [focal] = await listed();
    return [call("json_schema_echo", { schema: focal.inputSchema })];
  },
};
/** What stands in the command line and the environment beside the server. */
const settings = {
  "elicitation-sep1034-client-defaults": { args: ["--accept-defaults"] },
  "request-metadata": { args: ["--accept-defaults"] },
  "sep-2322-client-request-state": { args: ["--accept-defaults"] },
  "auth/basic-cimd": { args: ["--client-metadata-url", "https://conformance-test.local/client-metadata.json"] },
  "auth/pre-registration": { args: ["--issuer", context.issuer], env: { MCP_CLIENT_ID: context.client_id, MCP_CLIENT_SECRET: context.client_secret } },
  "auth/client-credentials-basic": { args: ["--client-credentials"], env: { MCP_CLIENT_ID: context.client_id, MCP_CLIENT_SECRET: context.client_secret } },
};

try {
  const lines = await (commands[scenario] ?? (() => ["/tools", call("test-tool")]))();
  const { status, output } = await run([], lines);
  process.stdout.write(output);
  process.exitCode = status;
} finally {
  rmSync(state, { recursive: true, force: true });
}

async function listed() {
  const { output } = await run(["--list", "--json"], []);
  return JSON.parse(output).tools;
}

function run(more, lines) {
  const { args = [], env = {} } = settings[scenario] ?? {};
  const all = ["--endpoint", url, "--transport", "http", "--protocol-version", version, "--state", state, "--sign-in-timeout", "20", ...args, ...more];
  const browser = `${process.execPath} ${join(import.meta.dirname, "browser.mjs")}`;
  const child = spawn(program, all, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, BROWSER: browser, ...env } });
  // It may be over before it has read anything.
  child.stdin.on("error", () => undefined).end(lines.map((line) => `${line}\n`).join(""));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error("run `cargo build -p mcp-test-client` first")));
    child.once("close", (status) => resolve({ status: status ?? 1, output }));
  });
}
