// mcp-remote: a local server, to whoever starts it, that hands everything on; driven by the TypeScript SDK 1 over stdio.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { drive, state, textOf, url } from "./phases.mjs";

const program = join(dirname(createRequire(import.meta.url).resolve("mcp-remote/package.json")), "dist", "proxy.js");

await drive(async () => {
  const env = { ...process.env, MCP_REMOTE_CONFIG_DIR: join(state, "mcp-remote") };
  const transport = new StdioClientTransport({ command: process.execPath, args: [program, url], env, stderr: "inherit" });
  const client = new Client({ name: "conformance", version: "1.0.0" });
  await client.connect(transport, { timeout: 60_000 });
  return {
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, options) => textOf(await client.callTool({ name, arguments: options })),
    close: () => client.close(),
  };
});
