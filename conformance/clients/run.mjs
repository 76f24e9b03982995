// One client at one path: its driver is started twice, the second time over what the first has kept.
//
// A driver writes a line `@ {"step": …}` for each thing that the client has done; anything else that it writes is for people.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { interpreter } from "./install.mjs";

/** Seconds for which an access token is good. */
export const LIFETIME = 12;
const LONGEST = 180_000;
const here = import.meta.dirname;

/** The steps as the driver told them, each with how many requests the server had seen by then. */
export async function run(client, recorder, { path, options, folder }) {
  mkdirSync(folder, { recursive: true });
  const asked = { MCP_URL: `${recorder.origin}${path}${client.query ?? ""}`, OPTIONS: JSON.stringify(options), STATE: folder, TOKEN_SECONDS: `${LIFETIME}` };
  const environment = { ...process.env, ...browser(folder), ...homes(folder), ...asked, PYTHONDONTWRITEBYTECODE: "1", ...client.environment };
  const told = { steps: [], output: "" };
  await drive(client, "first", environment, recorder, told);
  await new Promise((resolve) => setTimeout(resolve, (LIFETIME + 1) * 1000));
  told.restarted = recorder.requests.length;
  await drive(client, "again", environment, recorder, told);
  return told;
}

function drive(client, phase, env, recorder, told) {
  const [program, ...options] = client.python ? [interpreter(client.python), "-u"] : [process.execPath, "--no-warnings"];
  const child = spawn(program, [...options, join(here, client.driver), phase], { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  const line = (text) => {
    if (text.startsWith("@ ")) told.steps.push({ ...JSON.parse(text.slice(2)), phase, requests: recorder.requests.length });
    else told.output += `${text}\n`;
  };
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", line);
  // What a client has started itself goes with it: `detached` makes it a group.
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {} // It has ended.
  };
  const timer = setTimeout(() => {
    told.output += `${phase}: not done after ${LONGEST / 1000} s\n`;
    end();
  }, LONGEST);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => {
      clearTimeout(timer);
      end();
      resolve();
    });
  });
}

/** A browser in which a person signs in: whatever a client uses to open one, it finds this. */
function browser(folder) {
  const bin = join(folder, "bin");
  mkdirSync(bin, { recursive: true });
  const program = join(bin, "browser");
  const command = `"${process.execPath}" --experimental-transform-types --no-warnings "${join(here, "browser.mjs")}" "$@" >>"${join(folder, "browser.log")}" 2>&1`;
  // As a browser does that is open already: the command is over at once, and its window goes on.
  writeFileSync(program, `#!/bin/sh\n${command} &\n`);
  chmodSync(program, 0o755);
  for (const name of ["xdg-open", "open"]) symlinkSync("browser", join(bin, name));
  return { BROWSER: program, PATH: `${bin}:${process.env.PATH}` };
}

/** Nothing of the developer's is read or written, and two runs share nothing. */
function homes(folder) {
  const home = join(folder, "home");
  mkdirSync(home, { recursive: true });
  return { HOME: home, XDG_CONFIG_HOME: join(home, ".config"), XDG_DATA_HOME: join(home, ".local", "share"), XDG_CACHE_HOME: join(home, ".cache") };
}
