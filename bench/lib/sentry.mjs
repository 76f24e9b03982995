// A Sentry that answers at once: tokens for any code, one page of projects, one issue. Its organization `far-away` takes
// 50 ms for each answer. In the process of the bench, which is idle while wrk runs.
import { createServer } from "node:http";
import { answer } from "./issue.mjs";

/** What a request to Sentry takes from a nearby data centre, in milliseconds. */
const FAR_AWAY = 50;

const projects = JSON.stringify(Array.from({ length: 10 }, (_, i) => ({ id: `${i}`, slug: `project-${i}`, name: `Project ${i}` })));

export async function startSentry() {
  const sentry = { url: "", people: "many", stop: () => server.close() && server.closeAllConnections() };
  let person = 0;
  const server = createServer((request, response) => {
    request.resume();
    let body = answer(request.url) ?? projects;
    if (request.url === "/oauth/token/") {
      // An account's row holds all grants of its person: usually each flow is another person's.
      const id = sentry.people === "many" ? `${(person += 1)}` : "1";
      const user = { id, name: "Ada Example", email: "ada@example.com" };
      body = JSON.stringify({ access_token: `token-${id}`, refresh_token: `refresh-${id}`, expires_in: 2_592_000, user });
    }
    const send = () => response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) }).end(body);
    if (request.url.includes("/far-away/")) setTimeout(send, FAR_AWAY);
    else send();
  });
  // A connection that closes between two rounds would be an error of nobody's.
  server.keepAliveTimeout = 600_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  sentry.url = `http://127.0.0.1:${server.address().port}`;
  return sentry;
}
