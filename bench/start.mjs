// From the start of workerd to the first answer, for one build or several in turn: what an isolate's cold start costs most.
// node bench/start.mjs [--rounds 9] [--worker NAME=PATH/index.js]...
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Servers, gzippedSize } from "./lib/servers.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "9" }, worker: { type: "string", multiple: true, default: ["build=build/index.js"] } } });
const builds = values.worker.map((each) => each.split(/=(.*)/s)).map(([name, path]) => ({ name, path, times: [] }));

for (let round = 0; round < Number(values.rounds); round++) {
  for (const build of builds) {
    const folder = mkdtempSync(join(tmpdir(), "smcp-start-"));
    const servers = new Servers({ folder, assets: "none", sentry: "http://127.0.0.1:9" });
    const began = performance.now();
    const { origin } = await servers.ours(build.name, build.path);
    const answer = await fetch(`${origin}/.well-known/oauth-authorization-server`);
    await answer.text();
    if (answer.status !== 200) throw new Error(`${build.name} answered ${answer.status}`);
    build.times.push(performance.now() - began);
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
for (const { name, path, times } of builds) {
  times.sort((one, other) => one - other);
  console.log(`${name}: ${Math.round(times[Math.floor(times.length / 2)])} ms median, ${Math.round(times[0])} ms least, ${Math.round(gzippedSize(path) / 1000)} KB gzipped`);
}
process.exit();
