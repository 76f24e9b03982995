// Stands between a client and the worker and remembers what was asked and how it was answered: what a client says of
// itself is checked against this. Each run has one of its own, which is its server's origin.
import { createServer, request } from "node:http";

/** The form of a token request, the JSON of a message. */
const LONGEST = 64 * 1024;

export function startRecorder(worker) {
  const requests = [];
  const server = createServer((from, to) => {
    const { method, url, headers } = from;
    const entry = { method, path: url.split("?")[0], version: headers["mcp-protocol-version"] };
    if (entry.path === "/oauth/authorize") entry.scope = new URL(url, "http://x").searchParams.get("scope");
    const onward = request({ hostname: worker.hostname, port: worker.port, method, path: url, headers }, (answer) => {
      requests.push({ ...entry, status: answer.statusCode });
      to.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(to);
    });
    onward.on("error", () => to.destroy());
    // A client that goes away takes its open stream with it.
    to.on("close", () => onward.destroy());
    let body = "";
    from.setEncoding("latin1").on("data", (text) => {
      body = (body + text).slice(0, LONGEST);
      onward.write(text, "latin1");
    });
    from.on("end", () => {
      Object.assign(entry, told(entry.path, body));
      onward.end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const stop = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ origin: `http://127.0.0.1:${server.address().port}`, requests, stop });
    });
  });
}

/** What counts of a body: the grant of a token request, a registration, the method of a message. */
function told(path, body) {
  if (path.endsWith("/token")) return { grant: new URLSearchParams(body).get("grant_type") };
  try {
    if (path === "/oauth/register") return { registered: JSON.parse(body) };
    return { message: JSON.parse(body).method };
  } catch {
    return {};
  }
}
