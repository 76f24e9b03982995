// Who asks and where the answer goes, as the consent page and the page of connected apps name them: hosts with their
// ports, and hosts on which anybody can publish.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAccount } from "../support/account.ts";
import { type ServedDocument, publishTo, serveDocuments } from "../support/documents.ts";
import { REDIRECT_URI, authorizationUrl, register, signIn } from "../support/oauth.ts";
import type { DemoSentry } from "../support/demo-sentry.ts";
import { withSentry } from "../support/site.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
withSentry((started) => (sentry = started));
beforeAll(async () => {
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
});
afterAll(() => worker?.stop());

let count = 0;
/** The consent page for a client that is described here and answered there, as text between tags. */
async function consent(host: string, redirectUri = REDIRECT_URI): Promise<string> {
  const client = publishTo(documents, `https://${host}/client${++count}.json`, { redirect_uris: [redirectUri] });
  const response = await worker.fetch(authorizationUrl(worker, client).href);
  expect(response.status).toBe(200);
  return response.text();
}
const SEAL = 'class="seal"';

describe("who asks", () => {
  // rule: clients/host-is-identity
  it.each(["client.example", "client.example:8443"])("is %s, verified", async (host) => {
    const html = await consent(host);
    expect(html).toContain(`<strong>${host}</strong></span>`);
    expect(html).toContain(SEAL);
    expect(html).toContain("Verified: this site publishes it");
  });

  // rule: clients/shared-hosting-unverified
  it.each([
    ["alice.github.io", "github.io"],
    ["raw.githubusercontent.com", "githubusercontent.com"],
    ["gist.githubusercontent.com", "githubusercontent.com"],
    ["editor.pages.dev", "pages.dev"],
    ["editor.alice.workers.dev:8443", "workers.dev"],
    ["editor.vercel.app", "vercel.app"],
    ["editor.netlify.app", "netlify.app"],
    ["bucket.s3.eu-central-1.amazonaws.com", "amazonaws.com"],
    ["storage.googleapis.com", "storage.googleapis.com"],
    ["account.blob.core.windows.net", "core.windows.net"],
    ["a1b2c3.ngrok-free.app", "ngrok-free.app"],
    ["three-made-up-words.trycloudflare.com", "trycloudflare.com"],
  ])("is %s, where anybody can publish", async (host, service) => {
    const html = await consent(host);
    expect(html).toContain(`<strong class="host">${host}</strong>`);
    expect(html).toContain("shared host");
    expect(html).toContain(`Anybody can publish on ${service}. Nobody has verified who published this`);
    expect(html).not.toContain(SEAL);
    expect(html).not.toContain("Verified");
  });

  // rule: clients/shared-hosting-unverified
  it("is this server itself where that is hosted so", async () => {
    const origin = "https://mcp.alice.workers.dev";
    const chat = { client_id: `${origin}/.well-known/oauth-client/demo-chat.json`, redirect_uris: [`${origin}/api/auth/callback`] };
    const html = await (await worker.at(authorizationUrl({ origin }, chat).href)).text();
    expect(html).toContain(SEAL);
    expect(html).not.toContain("Anybody can publish");
  });
});

describe("where the answer goes", () => {
  const warning = (host: string) => `This is not ${host}, which asks`;

  // rule: clients/host-is-identity
  it.each([
    ["client.example", "https://client.example/cb", false],
    ["client.example:8443", "https://client.example:8443/cb", false],
    ["client.example", "https://client.example:443/cb", false],
    ["client.example", "https://client.example:8443/cb", true],
    ["client.example:8443", "https://client.example/cb", true],
    ["client.example", "https://app.client.example/cb", true],
    ["client.example", "https://client.example.evil.example/cb", true],
    ["client.example", REDIRECT_URI, false],
  ])("from %s to %s: another site is %j", async (host, redirectUri, another) => {
    const html = await consent(host, redirectUri);
    expect(html.includes(warning(host))).toBe(another);
    if (redirectUri.startsWith("https:")) expect(html).toContain(`<strong class="host">${new URL(redirectUri).host}</strong>`);
  });

  // rule: clients/shared-hosting-unverified
  it("says where anybody can publish, of an unverified client too", async () => {
    const client = await register(worker, { redirect_uris: ["https://bob.gitlab.io/cb"] });
    const html = await (await worker.fetch(authorizationUrl(worker, client).href)).text();
    expect(html).toContain("Anybody can publish on gitlab.io");
    expect(await consent("client.example", "https://bob.gitlab.io/cb")).toContain("Anybody can publish on gitlab.io");
    expect(await consent("client.example", "https://client.example/cb")).not.toContain("Anybody can publish");
    // Said once where both are one.
    const both = await consent("bob.gitlab.io", "https://bob.gitlab.io/cb");
    expect(both.match(/Anybody can publish on gitlab\.io/g)).toHaveLength(1);
    expect(both).not.toContain("which asks");
  });
});

describe("the page of connected apps", () => {
  // rule: clients/shared-hosting-unverified
  it("says the same of each", async () => {
    for (const host of ["client.example:8443", "alice.github.io"]) {
      const client = publishTo(documents, `https://${host}/client.json`);
      await signIn(worker, { client });
    }
    const { html } = await openAccount(worker);
    expect(html).toContain("Verified: <strong>client.example:8443</strong> describes it at");
    expect(html).toContain("Unverified: anybody can publish on github.io. <strong>alice.github.io</strong> describes it at");
    expect(html).not.toContain("Verified: <strong>alice.github.io");
  });
});
