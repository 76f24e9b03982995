// Faults that are nobody's end: a body that breaks off, and a record that KV does not have everywhere yet.
import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { authorizationUrl, authorize, outcome, redeem, refresh, register, tokensOf } from "../support/oauth.ts";
import { withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

let sentry: DemoSentry;
let worker: TestWorker;
withSentry((started) => void (sentry = started));

/** A KV in which no client is found while a test says so. */
const front = `
import worker from "./index.js";
export * from "./index.js";
let hidden = false;
export default {
  fetch(request, env, context) {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/hide") {
      hidden = search === "?yes";
      return new Response();
    }
    const get = async (key) => hidden && key.startsWith("client:") ? null : env.OAUTH_KV.get(key);
    const put = (...given) => env.OAUTH_KV.put(...given);
    return worker.fetch(request, { ...env, OAUTH_KV: { get, put } }, context);
  },
};
`;
const inFront = () => ({ "front.js": front });
beforeAll(async () => {
  worker = await startWorker({ sentry: sentry.url, inFront });
});
afterAll(() => worker?.stop());

/** A request whose sender goes away before its body is complete; the status of the answer. */
async function cutOff(path: string, type: string): Promise<string> {
  const socket = connect(Number(worker.url.port), worker.url.hostname);
  let answer = "";
  socket.on("data", (data) => void (answer += data));
  socket.write(`POST ${path} HTTP/1.1\r\nhost: ${worker.url.host}\r\ncontent-type: ${type}\r\ncontent-length: 200\r\n\r\ngrant_type=`);
  socket.end();
  await once(socket, "close");
  return answer.slice(0, "HTTP/1.1 400".length);
}

describe("a body that its sender cuts off", () => {
  // rule: tokens/cut-off: a body that breaks off is its sender's fault: 400, and no line about an error
  it.each([
    ["/oauth/token", "application/x-www-form-urlencoded"],
    ["/oauth/revoke", "application/x-www-form-urlencoded"],
    ["/oauth/register", "application/json"],
    ["/oauth/par", "application/x-www-form-urlencoded"],
  ])("is 400 at %s, and no error in the log", async (path, type) => {
    worker.logs.length = 0;
    expect(await cutOff(path, type)).toBe("HTTP/1.1 400");
    const lines = await worker.flushedLogs();
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(lines.filter(({ message }) => message.includes(`"${path}"`) && message.includes(":400"))).toHaveLength(1);
  });
});

describe("a record that KV does not have here", () => {
  const hide = (whether: "yes" | "no") => worker.fetch(`/hide?${whether}`);
  const aged = (id: string) => "60000000" + id.slice(8);

  // rule: clients/record-on-its-way: a client that registered two minutes ago or less is not called unknown where KV does not have
  //    its record yet
  it("costs nobody anything within two minutes of the registration", async () => {
    const client = await register(worker, { token_endpoint_auth_method: "client_secret_post" });
    const secret = { client_secret: client.client_secret };
    const tokens = await tokensOf(await redeem(worker, await authorize(worker, { client }), secret));
    await hide("yes");
    try {
      const answer = await refresh(worker, client, tokens.refresh_token, secret);
      expect([answer.headers.get("retry-after"), await outcome(answer)]).toEqual(["5", "503 temporarily_unavailable"]);
      // A token that is no good, of a client that shows nothing: only then is its record looked for.
      expect(await outcome(await refresh(worker, client, "nonsense"))).toBe("503 temporarily_unavailable");
      expect((await fetch(authorizationUrl(worker, client))).status, "a page").toBe(503);
      // An id of long ago, and one of another form, are unknown.
      for (const client_id of [aged(client.client_id), "nobody"]) {
        expect(await outcome(await refresh(worker, { ...client, client_id }, "nonsense")), client_id).toBe("401 invalid_client");
      }
    } finally {
      await hide("no");
    }
    await tokensOf(await refresh(worker, client, tokens.refresh_token, secret));
  });
});
