// A client that is a command line: each thing that it does is a process of its own.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** What it wrote to its standard output; an error if it ended badly. */
export function run(program, options, env = {}) {
  const child = spawn(process.execPath, [program, ...options], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => (written[name] += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => {
      console.error(written.stderr);
      if (status === 0) resolve(written.stdout);
      else reject(new Error(`it ended with ${status}: ${(written.stderr || written.stdout).slice(-600)}`));
    });
  });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
