// better-auth with its plugin `mcp`: better-auth.mjs PORT. Its person has an account, and signs in on a page.
import express from "express";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { mcp, oAuthDiscoveryMetadata, oAuthProtectedResourceMetadata } from "better-auth/plugins";
import { serveMcp } from "./mcp.mjs";

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const database = { user: [], session: [], account: [], verification: [], oauthApplication: [], oauthAccessToken: [], oauthConsent: [] };
const auth = betterAuth({
  baseURL: origin,
  secret: "a-secret-of-this-test-and-no-other",
  database: memoryAdapter(database),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  trustedOrigins: [origin],
  plugins: [mcp({ loginPage: "/login" })],
});
await auth.api.signUpEmail({ body: { email: "ada@example.com", password: "correct horse", name: "Ada" } });

const app = express();
const web = (handler) => async (request, response) => {
  const answer = await handler(new Request(origin + request.url, { headers: fromNodeHeaders(request.headers) }));
  response.status(answer.status).set(Object.fromEntries(answer.headers)).send(await answer.text());
};
app.get("/.well-known/oauth-authorization-server", web(oAuthDiscoveryMetadata(auth)));
app.get("/.well-known/oauth-protected-resource", web(oAuthProtectedResourceMetadata(auth)));
app.get("/login", (request, response) => {
  response.type("html").send(`<form method="post" action="${request.url}"><input name="login"><input name="password" type="password"></form>`);
});
app.post("/login", express.urlencoded({ extended: false }), async (request, response) => {
  const { headers } = await auth.api.signInEmail({ body: { email: "ada@example.com", password: "correct horse" }, returnHeaders: true });
  for (const cookie of headers.getSetCookie()) response.append("set-cookie", cookie);
  response.redirect(`/api/auth/mcp/authorize${new URL(request.url, origin).search}`);
});
app.all("/api/auth/*rest", toNodeHandler(auth));
app.use("/mcp", async (request, response, next) => {
  const session = await auth.api.getMcpSession({ headers: fromNodeHeaders(request.headers) });
  if (session) return next();
  const challenge = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource"`;
  response.status(401).set({ "www-authenticate": challenge, "access-control-expose-headers": "WWW-Authenticate" }).json({ jsonrpc: "2.0", error: { code: -32000, message: "Unauthorized" }, id: null });
});
serveMcp(app);
app.listen(port, "localhost");
