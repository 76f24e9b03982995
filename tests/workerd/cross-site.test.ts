// What a page of another site can have fetched here: nothing, by whatever it sends (ADR 93).
import { expect, it } from "vitest";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, authorizationUrl, query } from "../support/oauth.ts";
import { raw } from "../support/raw.ts";
import { withSite } from "../support/site.ts";
import type { TestWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let worker: TestWorker;
withSite((site) => ({ worker } = site), { outgoing: serveDocuments(documents) });

const FORM = { "content-type": "application/x-www-form-urlencoded" };
let hosts = 0;
/** A client whose document nobody has looked at. */
const unknown = () => publishTo(documents, `https://unseen${hosts++}.example/c.json`, { redirect_uris: [REDIRECT_URI] });
const looked = (client_id: string) => worker.requests.filter(({ href }) => href === client_id).length;
/** An assertion that names the client, and is signed by nobody. */
const assertion = (client_id: string) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const exp = Math.floor(Date.now() / 1000) + 60;
  return `${part({ alg: "ES256", typ: "JWT" })}.${part({ iss: client_id, sub: client_id, aud: worker.origin, jti: `${exp}`, exp })}.${"A".repeat(86)}`;
};
const asserted = (client_id: string) =>
  query({ client_assertion: assertion(client_id), client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", grant_type: "refresh_token", token: "x" });

it.each([
  ["an image", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
  ["a frame", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }],
  ["a script's fetch", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty", origin: "https://evil.example" }],
  ["an image of another port", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }],
])("%s with a sign-in's address has no document fetched", async (_, headers) => {
  const client = unknown();
  const { pathname, search } = authorizationUrl(worker, client);
  const page = await raw(worker.origin, { path: pathname + search, headers });
  expect([page.status, await page.text()]).toEqual([403, expect.stringContaining("window of its own")]);
  expect(looked(client.client_id)).toBe(0);
});

it.each([
  ["a window that another site opened", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ["one that a program opened", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }],
  ["a program", {}],
])("%s gets its consent page", async (_, headers) => {
  const client = unknown();
  const { pathname, search } = authorizationUrl(worker, client);
  expect((await raw(worker.origin, { path: pathname + search, headers })).status).toBe(200);
  expect(looked(client.client_id)).toBe(1);
});

it.each([
  ["a form of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "https://evil.example" }],
  ["a script of one", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors", origin: "https://evil.example" }],
  ["a form of an older browser", { origin: "https://evil.example" }],
  ["a form of a sandbox", { origin: "null" }],
])("%s has no client authenticated", async (_, headers) => {
  for (const path of ["/oauth/par", "/oauth/introspect", "/oauth/token", "/oauth/revoke"]) {
    const client = unknown();
    const body = path === "/oauth/par" ? authorizationUrl(worker, client).searchParams.toString() : asserted(client.client_id);
    const answer = await raw(worker.origin, { method: "POST", path, headers: { ...FORM, ...headers }, body });
    expect([answer.status, await answer.json()], path).toEqual([403, expect.objectContaining({ error: "invalid_request" })]);
    expect(looked(client.client_id), path).toBe(0);
  }
});

it("a server that sends the same has it looked at, and a public client in a browser refreshes", async () => {
  const client = unknown();
  await raw(worker.origin, { method: "POST", path: "/oauth/token", headers: FORM, body: asserted(client.client_id) });
  expect(looked(client.client_id)).toBe(1);
  const body = query({ grant_type: "refresh_token", refresh_token: "x", client_id: client.client_id });
  const answer = await raw(worker.origin, { method: "POST", path: "/oauth/token", headers: { ...FORM, origin: "https://app.example", "sec-fetch-site": "cross-site" }, body });
  expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ error: "invalid_grant" })]);
});
