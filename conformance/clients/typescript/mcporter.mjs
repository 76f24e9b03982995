// mcporter, its command line.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, run } from "./command.mjs";
import { drive, state, url } from "./phases.mjs";

const program = fileURLToPath(import.meta.resolve("mcporter/cli"));
const config = join(state, "mcporter.json");
if (process.argv[2] === "first") {
  // The port that a configuration names is one that is free; without one, it takes another each time.
  const oauthRedirectUrl = process.env.FIXED_PORT && `http://127.0.0.1:${await freePort()}/callback`;
  writeFileSync(config, JSON.stringify({ mcpServers: { sentry: { url, auth: "oauth", oauthRedirectUrl } }, imports: [] }));
}
const mcporter = (...options) => run(program, ["--config", config, ...options]);

await drive(async () => {
  if (process.argv[2] === "first") await mcporter("auth", "sentry");
  return {
    list: async () => JSON.parse(await mcporter("list", "sentry", "--json")).tools.map(({ name }) => name),
    call: (name, options) => mcporter("call", `sentry.${name}`, ...Object.entries(options).map(([key, value]) => `${key}=${value}`)),
    close: async () => undefined,
  };
});
