// What an application brings to an SDK: a place for what it is given, a browser, and an address to come back to.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { state } from "./phases.mjs";

const file = join(state, "keychain.json");

export async function openKeychain() {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const keep = (name, value) => {
    kept[name] = value;
    writeFileSync(file, JSON.stringify(kept));
  };
  let called;
  const callback = new Promise((resolve) => (called = resolve));
  const server = createServer((request, response) => {
    response.end("You can close this page.");
    called(new URL(request.url, redirectUrl).searchParams);
  });
  // The address that it registered, as long as nobody else has taken the port.
  await new Promise((resolve, reject) => server.once("error", reject).listen(kept.port ?? 0, "127.0.0.1", resolve));
  keep("port", server.address().port);
  const redirectUrl = `http://127.0.0.1:${kept.port}/callback`;
  return {
    redirectUrl,
    clientMetadata: {
      client_name: "Conformance",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    state: () => {
      keep("state", crypto.randomUUID());
      return kept.state;
    },
    storedState: () => kept.state,
    clientInformation: () => kept.client,
    saveClientInformation: (client) => keep("client", client),
    isClientInformationDynamicallyRegistered: () => true,
    authorizationServerInformation: () => kept.server,
    saveAuthorizationServerInformation: (found) => keep("server", found),
    tokens: () => kept.tokens,
    saveTokens: (tokens) => keep("tokens", tokens),
    saveCodeVerifier: (verifier) => keep("verifier", verifier),
    codeVerifier: () => kept.verifier,
    redirectToAuthorization: (url) => void spawn(process.env.BROWSER, [`${url}`], { stdio: "ignore" }),
    /** The parameters that the browser came back with. */
    callback: async () => {
      const parameters = await callback;
      if (parameters.get("state") !== kept.state) throw new Error("called back with another state");
      return parameters;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
