// The TypeScript SDK 1.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { openKeychain } from "./keychain.mjs";
import { drive, sessionOf, url } from "./phases.mjs";

await drive(async () => {
  const keychain = await openKeychain();
  const open = async () => {
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: keychain });
    const client = new Client({ name: "conformance", version: "1.0.0" });
    try {
      await client.connect(transport);
      return client;
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await transport.finishAuth((await keychain.callback()).get("code"));
      return undefined;
    }
  };
  const client = (await open()) ?? (await open());
  return sessionOf(client, keychain);
});
