// An MCP client as editors have it: the official SDK, with its own OAuth code, and a place to keep what it is given.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";
import { type Choices, Person } from "./person.ts";

export class Keychain implements OAuthClientProvider {
  redirectUrl = "http://127.0.0.1:33418/callback";
  clientMetadata: OAuthClientMetadata = {
    client_name: "Test Editor",
    redirect_uris: [this.redirectUrl],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  clientMetadataUrl?: string;
  asked?: URL;
  savedTokens?: OAuthTokens;
  savedClient?: OAuthClientInformationMixed;
  #verifier = "";
  #state = "";

  constructor(options: { clientMetadataUrl?: string } = {}) {
    if (options.clientMetadataUrl) this.clientMetadataUrl = options.clientMetadataUrl;
  }

  state() {
    this.#state = crypto.randomUUID();
    return this.#state;
  }
  clientInformation() {
    return this.savedClient;
  }
  saveClientInformation(client: OAuthClientInformationMixed) {
    this.savedClient = client;
  }
  tokens() {
    return this.savedTokens;
  }
  saveTokens(tokens: OAuthTokens) {
    this.savedTokens = tokens;
  }
  redirectToAuthorization(url: URL) {
    this.asked = url;
  }
  saveCodeVerifier(verifier: string) {
    this.#verifier = verifier;
  }
  codeVerifier() {
    return this.#verifier;
  }

  /** The code of a callback, whose `state` must be ours and whose `iss` the server that was asked (RFC 9207 §2.4). */
  accept(callback: URL): string {
    const answer = callback.searchParams;
    const code = answer.get("code");
    if (!code) throw new Error(`no code in ${callback}`);
    if (answer.get("state") !== this.#state) throw new Error(`another state in ${callback}`);
    if (answer.get("iss") !== this.asked?.origin) throw new Error(`another iss in ${callback}`);
    return code;
  }
}

/** Connects to a server as an editor does: try, be challenged, sign in, connect. */
export async function connect(
  server: URL,
  keychain: Keychain,
  person = new Person(),
  choices: Choices = {},
): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(server, { authProvider: keychain });
  const client = new Client({ name: "test-editor", version: "1.0.0" });
  try {
    await client.connect(transport);
    return client;
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
  }
  if (!keychain.asked) throw new Error("the SDK did not ask for authorization");
  await transport.finishAuth(keychain.accept(await person.authorize(keychain.asked, choices)));
  const signedIn = new Client({ name: "test-editor", version: "1.0.0" });
  await signedIn.connect(new StreamableHTTPClientTransport(server, { authProvider: keychain }));
  return signedIn;
}

/** The text of a tool's answer. */
export async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<string> {
  const result = await client.callTool({ name, arguments: args });
  const text = (result.content as { type: string; text?: string }[]).map((part) => part.text ?? "").join("\n");
  if (result.isError) throw new Error(`${name}: ${text}`);
  return text;
}
