// MCP Inspector, its command line.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { run } from "./command.mjs";
import { drive, url } from "./phases.mjs";

const home = dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json"));
const program = join(home, "clients", "launcher", "build", "index.js");
const settings = {
  MCP_AUTO_OPEN_ENABLED: "true",
  // There is no keychain on a machine that runs tests.
  MCP_INSPECTOR_SECRET_STORE: "file",
  // It listens on one fixed port: the run beside this one needs another.
  ...(new URL(url).pathname !== "/mcp" && { MCP_OAUTH_CALLBACK_URL: "http://127.0.0.1:6277/oauth/callback" }),
};
const inspector = (...options) => run(program, ["--cli", "--server-url", url, "--transport", "http", "--format", "json", ...options], settings);

const list = async () => JSON.parse(await inspector("--method", "tools/list")).result.tools.map(({ name }) => name);

await drive(async () => {
  // It signs in where a command needs it.
  await list();
  return {
    list,
    call: (name, options) => inspector("--method", "tools/call", "--tool-name", name, "--tool-args-json", JSON.stringify(options)),
    close: async () => undefined,
  };
});
