// oidc-provider as an authorization server, with an MCP server of the TypeScript SDK beside it: oidc.mjs PORT PORT-OF-MCP
// [RESOURCE ...]. Further resources are those of other servers that trust this issuer.
import express from "express";
import { Provider } from "oidc-provider";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { mcpAuthMetadataRouter, getOAuthProtectedResourceMetadataUrl } from "@modelcontextprotocol/sdk/server/auth/router.js";
import { InvalidTokenError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { serveMcp } from "./mcp.mjs";

const [port, mcpPort, ...others] = process.argv.slice(2);
const issuer = `http://localhost:${port}`;
const resource = `http://localhost:${mcpPort}/mcp`;
const resources = [resource, ...others];
const proxy = process.env.PROXY_CALLBACK;

const provider = new Provider(issuer, {
  clients: proxy ? [{ client_id: "proxy", client_secret: "a-secret-of-the-proxy", redirect_uris: [proxy], grant_types: ["authorization_code", "refresh_token"], scope: "openid offline_access read" }] : [],
  clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
  clientBasedCORS: () => true,
  scopes: ["openid", "offline_access", "read"],
  pkce: { required: () => true },
  features: {
    registration: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => (proxy ? new URL(proxy).origin + "/mcp" : resource),
      useGrantedResource: () => true,
      getResourceServerInfo: (_, indicator) => {
        if (!resources.includes(indicator)) throw new InvalidTarget();
        return { scope: "read", accessTokenFormat: "jwt", accessTokenTTL: 3600 };
      },
    },
  },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
});
const { errors } = await import("oidc-provider");
class InvalidTarget extends errors.InvalidTarget {}
provider.listen(Number(port), "localhost");

const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer, audience: resource });
      return { token, clientId: payload.client_id, scopes: (payload.scope ?? "").split(" "), expiresAt: payload.exp };
    } catch (error) {
      throw new InvalidTokenError(error.message);
    }
  },
};
const app = express();
const metadata = await metadataOf(issuer);
app.use(mcpAuthMetadataRouter({ oauthMetadata: metadata, resourceServerUrl: new URL(resource), scopesSupported: ["read"] }));
app.use("/mcp", requireBearerAuth({ verifier, resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource)) }));
serveMcp(app);
app.listen(Number(mcpPort), "localhost");

async function metadataOf(of) {
  for (;;) {
    const answer = await fetch(`${of}/.well-known/openid-configuration`).catch(() => null);
    if (answer?.ok) return answer.json();
  }
}
