// Finds this machine's Chromium. Run by scripts/setup (status 1: none found), imported by the browser tests.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The path of the program, or undefined. */
export function findChromium() {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env.CHROMIUM_BIN, ...ofPlaywright(), ...onPath, ...applications].find(
    (path) => path && existsSync(path) && starts(path),
  );
}

function ofPlaywright() {
  // The full browser's path leads to that of the headless shell, which setup installs.
  const full = chromium.executablePath();
  return [full, full.replace(/chromium-(\d+)/, "chromium_headless_shell-$1").replace(/chrome-([^/]*)\/.*$/, "chrome-headless-shell-$1/chrome-headless-shell")];
}

// A downloaded browser may lack system libraries.
function starts(path) {
  return spawnSync(path, ["--version"], { timeout: 20_000 }).status === 0;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = findChromium();
  if (path) console.log(path);
  process.exit(path ? 0 : 1);
}
