// The path that everything hangs on: the official SDK, with its own OAuth code, signs a person in and calls tools.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Keychain, call, connect } from "../support/client.ts";
import { type DemoSentry, startDemoSentry } from "../support/demo-sentry.ts";
import { type ServedDocument, serveDocuments } from "../support/documents.ts";
import { type TestWorker, startWorker } from "../support/worker.ts";

const METADATA_URL = "https://client.example/oauth/client.json";

const documents = new Map<string, ServedDocument>();
let sentry: DemoSentry;
let worker: TestWorker;
beforeAll(async () => {
  sentry = await startDemoSentry();
  worker = await startWorker({ sentry: sentry.url, outgoing: serveDocuments(documents) });
});
afterAll(() => Promise.all([worker?.stop(), sentry?.stop()]));

function keychainWithDocument(): Keychain {
  const keychain = new Keychain({ clientMetadataUrl: METADATA_URL });
  documents.set(METADATA_URL, { body: { client_id: METADATA_URL, ...keychain.clientMetadata } });
  return keychain;
}

describe.each([
  ["dynamic registration", () => new Keychain()],
  ["client metadata document", keychainWithDocument],
])("by %s", (kind, makeKeychain) => {
  // rule: others/typescript-sdk: the official TypeScript SDK signs in by registration and by document, calls every
  //    tool, refreshes
  it("signs in, lists and calls the tools, refreshes, and calls again", async () => {
    const keychain = makeKeychain();
    const server = new URL("/mcp", worker.url);
    const client = await connect(server, keychain);

    const { client_id } = keychain.savedClient!;
    if (kind === "client metadata document") {
      expect(client_id).toBe(METADATA_URL);
      expect(worker.requests.map(String)).toContain(METADATA_URL);
    } else {
      expect(client_id).not.toContain("://");
    }

    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual([
      "analyze_issue_with_seer",
      "execute_sentry_tool",
      "find_organizations",
      "find_projects",
      "get_sentry_resource",
      "search_errors",
      "search_issues",
      "search_logs",
      "search_metrics",
      "search_profiles",
      "search_replays",
      "search_sentry_tools",
      "search_traces",
    ]);
    await callEveryTool(client);

    const before = keychain.savedTokens!;
    expect(before.refresh_token).toBeTruthy();
    // What an editor has after an hour: an access token that is no longer good, and its refresh token.
    keychain.savedTokens = { ...before, access_token: `${before.access_token.slice(0, -4)}AAAA` };
    const again = await connect(server, keychain);
    expect(keychain.savedTokens!.access_token).not.toBe(before.access_token);
    expect(keychain.savedTokens!.refresh_token).not.toBe(before.refresh_token);
    expect(await call(again, "whoami")).toContain("Ada Marlowe");
  });
});

async function callEveryTool(client: Awaited<ReturnType<typeof connect>>) {
  expect(await call(client, "whoami")).toContain("Ada Marlowe");
  expect(await call(client, "find_organizations")).toContain("lighthouse-books");
  expect(await call(client, "find_projects", { organizationSlug: "lighthouse-books" })).toContain("shop-window");
  const issues = await call(client, "search_issues", { organizationSlug: "lighthouse-books" });
  expect(issues).toContain("CHECKOUT-1");
  const issue = await call(client, "get_issue_details", {
    organizationSlug: "lighthouse-books",
    issueId: "CHECKOUT-1",
  });
  expect(issue).toContain("GatewayUnavailable");
  expect(issue).toContain("payments/settle.py");
}
