// How fast wrk can be with our Lua: the same loads against a server that answers without reading.
// Run as a program it is that server, in a process of its own.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { run, sideFile } from "./wrk.mjs";

if (process.argv[1] === import.meta.filename) {
  const body = JSON.stringify({ access_token: "a".repeat(90), token_type: "Bearer", expires_in: 3600, refresh_token: "smcp_r_g1.secret", scope: "org:read" });
  const answer = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  const server = createServer((socket) => socket.setNoDelay().on("error", () => {}).on("data", () => socket.write(answer)));
  server.listen(0, "127.0.0.1", () => console.log(server.address().port));
}

export async function ceiling(folder, seconds) {
  const server = spawn(process.execPath, [import.meta.filename], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const port = await new Promise((resolve) => createInterface({ input: server.stdout }).once("line", resolve));
    const tokens = join(folder, "ceiling-tokens");
    writeFileSync(tokens, Array.from({ length: 1000 }, (_, i) => `smcp_r_g${i}.secret\n`).join(""));
    const loads = [
      ["fixed", 16, { method: "GET", path: "/", status: 200 }],
      ["refresh", 16, { tokens, client: "client" }],
      ["refresh", 1, { tokens, client: "client" }],
    ];
    const figures = [];
    for (const [load, connections, side] of loads) {
      const result = await run({ load, connections, seconds, origin: `http://127.0.0.1:${port}`, file: sideFile(folder, side) });
      figures.push(`${load} at ${connections} ${result.perSecond.toFixed(0)}/s`);
    }
    return figures.join(", ");
  } finally {
    server.kill();
  }
}
