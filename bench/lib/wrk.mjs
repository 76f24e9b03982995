// Runs wrk with one of load/*.lua. One thread: on a small machine a second one would only take workerd's processor.
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { processorSeconds } from "./process.mjs";

const scripts = join(dirname(import.meta.dirname), "load");
let files = 0;

export function needWrk() {
  const found = () => spawnSync("wrk", ["--version"], { stdio: "ignore" }).error === undefined;
  if (found()) return;
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).error === undefined) {
    console.log("bench: installing wrk ...");
    const sudo = process.getuid() === 0 ? "" : "sudo -n ";
    const install = `${sudo}apt-get update -qq; DEBIAN_FRONTEND=noninteractive ${sudo}apt-get install -y -qq --no-install-recommends wrk`;
    spawnSync("sh", ["-c", install], { stdio: ["ignore", "ignore", "inherit"] });
    if (found()) return;
  }
  throw new Error("wrk is not installed. Install it (Debian, Ubuntu: apt-get install wrk; macOS: brew install wrk), then run this again.");
}

/** Writes a side's requests where a Lua script can read them. */
export function sideFile(folder, side) {
  const path = join(folder, `side-${(files += 1)}.lua`);
  writeFileSync(path, `return ${lua(side)}\n`);
  return path;
}

/**
 * One round; answers what common.lua prints, and the processor time of the server `pid` for each unit, in microseconds.
 * Throws where wrk itself fails.
 */
export async function run({ load, origin, file, connections, seconds, pid }) {
  const flags = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", join(scripts, `${load}.lua`)];
  const before = processorSeconds(pid);
  const child = spawn("wrk", [...flags, origin, "--", file], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  const line = /^BENCH (.*)$/m.exec(output)?.[1];
  if (!line) throw new Error(`wrk ended without a result:\n${output}`);
  const result = JSON.parse(line);
  const cpu = (1e6 * (processorSeconds(pid) - before)) / result.count;
  return { ...result, perSecond: result.count / result.seconds, cpu };
}

/** Plain values as a Lua expression. */
function lua(value) {
  if (Array.isArray(value)) return `{ ${value.map(lua).join(", ")} }`;
  if (typeof value === "object") {
    return `{ ${Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => `[${lua(k)}] = ${lua(v)}`).join(", ")} }`;
  }
  if (typeof value !== "string") return String(value);
  // JSON's escapes are Lua's, but for \u, which printable ASCII does not need.
  if (/[^\x20-\x7e]/.test(value)) throw new Error(`not plain text: ${value}`);
  return JSON.stringify(value);
}
