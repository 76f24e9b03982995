// Starts servers of others, and runs the test client and its doctor against them, with a person who agrees.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { interpreter } from "../clients/install.mjs";
import { agree } from "./person.mjs";

const here = import.meta.dirname;
const root = join(here, "..", "..");
const client = join(process.env.CARGO_TARGET_DIR ?? join(root, "target"), "debug", "mcp-test-client");
/** How long a server may take to start, in milliseconds. */
const PATIENCE = 60_000;

/** Starts a server and waits until its endpoint answers. */
export async function start({ key, start: programs, endpoint, env = () => ({}) }) {
  const ports = await free(3);
  const output = [];
  const children = programs(ports).map(([language, file, ...args]) => {
    const [program, cwd] = language === "python" ? [interpreter("mcp1"), join(here, "python")] : [process.execPath, join(here, "typescript")];
    const child = spawn(program, [file, ...args], { cwd, env: { ...process.env, ...env(ports) }, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => output.push(text));
    return child;
  });
  const stop = () => children.forEach((child) => child.kill("SIGKILL"));
  const url = endpoint(ports);
  const end = Date.now() + PATIENCE;
  while (!(await fetch(url, { method: "POST" }).catch(() => null))) {
    if (Date.now() > end || children.some(({ exitCode }) => exitCode !== null)) {
      stop();
      throw new Error(`${key} did not start:\n${output.join("").slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, stop, output };
}

/** Runs the test client; its person agrees at every link that it prints. */
export function run(args, env = {}) {
  const child = spawn(client, args, { env: { ...process.env, NO_COLOR: "1", SENTRY_ACCESS_TOKEN: "", ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = { status: null, stdout: "", stderr: "", pages: [] };
  child.stdout.setEncoding("utf8").on("data", (text) => (ended.stdout += text));
  const visits = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    ended.stderr += `${line}\n`;
    if (!/^https?:\/\/\S+$/.test(line)) return;
    visits.push(agree(line).then((status) => ended.pages.push(status), (error) => ended.pages.push(error.message)));
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", async (status) => {
      await Promise.all(visits);
      resolve(Object.assign(ended, { status }));
    });
  });
}

async function free(count) {
  const listeners = await Promise.all(
    Array.from({ length: count }, () => new Promise((resolve) => {
      const listener = createServer().listen(0, "localhost", () => resolve(listener));
    })),
  );
  const ports = listeners.map((listener) => listener.address().port);
  await Promise.all(listeners.map((listener) => new Promise((resolve) => listener.close(resolve))));
  return ports;
}
