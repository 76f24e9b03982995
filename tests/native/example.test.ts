// The example server of crates/oauth-provider, as a stranger would start it: the official SDK signs in to it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Keychain, call, connect } from "../support/client.ts";
import { type Example, Visitor, startExample } from "../support/example.ts";

let example: Example;
let origin: string;
beforeAll(async () => {
  example = await startExample();
  origin = example.origin;
});
afterAll(() => example?.stop());

/** A client that describes itself, on this computer. The SDK itself takes https only, so its keychain has the id already. */
async function withDocument(): Promise<Keychain> {
  const keychain = new Keychain();
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ client_id: url, ...keychain.clientMetadata }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client.json`;
  keychain.savedClient = { client_id: url };
  return keychain;
}

describe.each([
  ["registration", async () => new Keychain()],
  ["metadata document", withDocument],
])("by %s", (kind, makeKeychain) => {
  // rule: others/example-server: the official TypeScript SDK signs in to the provider's example server too
  it("signs in, calls the tool, and refreshes", async () => {
    const keychain = await makeKeychain();
    const server = new URL("/mcp", origin);
    const client = await connect(server, keychain, new Visitor());
    expect(keychain.savedClient!.client_id.startsWith("http://")).toBe(kind === "metadata document");
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(["whoami"]);
    expect(await call(client, "whoami")).toBe("Ada");

    const before = keychain.savedTokens!;
    keychain.savedTokens = { ...before, access_token: `${before.access_token.slice(0, -4)}AAAA` };
    expect(await call(await connect(server, keychain, new Visitor()), "whoami")).toBe("Ada");
    expect(keychain.savedTokens!.refresh_token).not.toBe(before.refresh_token);
  });
});

it("has every endpoint that it advertises, and signs in by a pushed request, once", async () => {
  const metadata = (await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).json()) as Record<string, string>;
  const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith("_endpoint"));
  expect(endpoints.length).toBeGreaterThan(5);
  for (const [name, url] of endpoints) expect((await fetch(url, { method: "POST" })).status, name).not.toBe(404);

  const keychain = new Keychain();
  await connect(new URL("/mcp", origin), keychain, new Visitor());
  const { client_id } = keychain.savedClient!;
  const pushed = await fetch(metadata.pushed_authorization_request_endpoint!, { method: "POST", body: keychain.asked!.searchParams });
  expect(pushed.status).toBe(201);
  const { request_uri } = (await pushed.json()) as { request_uri: string };
  const link = new URL(`${metadata.authorization_endpoint}?${new URLSearchParams({ client_id, request_uri })}`);
  const visitor = new Visitor();
  const page = (await visitor.consent(link)) as Exclude<Awaited<ReturnType<Visitor["consent"]>>, URL>;
  const other = new Visitor();
  const late = (await other.consent(link)) as typeof page;
  expect((await visitor.decide(page)).searchParams.has("code")).toBe(true);
  await expect(other.decide(late)).rejects.toThrow("approved already");
});

it("tells the client when the person says no", async () => {
  await expect(connect(new URL("/mcp", origin), new Keychain(), new Visitor(), { deny: "here" })).rejects.toThrow("error=access_denied");
});

it("shows its form to one browser only, and its answers to its own name only", async () => {
  const keychain = new Keychain();
  await connect(new URL("/mcp", origin), keychain, new Visitor());
  const page = await new Visitor().consent(keychain.asked!);
  await expect(new Visitor().decide(page as Exclude<typeof page, URL>)).rejects.toThrow("another browser");
  expect((await fetch(`${origin.replace("127.0.0.1", "localhost")}/mcp`, { method: "POST" })).status).toBe(421);
});
