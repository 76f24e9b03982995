// The AI SDK.
import { UnauthorizedError, auth, createMCPClient } from "@ai-sdk/mcp";
import { openKeychain } from "./keychain.mjs";
import { drive, sessionOf, url } from "./phases.mjs";

await drive(async () => {
  const keychain = await openKeychain();
  const open = () => createMCPClient({ transport: { type: "http", url, authProvider: keychain } });
  const client = await open().catch(async (error) => {
    if (!(error instanceof UnauthorizedError)) throw error;
    const answer = await keychain.callback();
    const [authorizationCode, callbackState, callbackIssuer] = ["code", "state", "iss"].map((name) => answer.get(name));
    await auth(keychain, { serverUrl: url, authorizationCode, callbackState, callbackIssuer });
    return open();
  });
  return sessionOf(client, keychain);
});
