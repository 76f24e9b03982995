// Servers that others wrote: how each is started, and where its MCP endpoint is.
//
// `start(ports)` gives the programs, of Python or Node, with their arguments; `ports` are three that are free. `endpoint`
// is where it speaks MCP. `lacks` says why nobody can sign in there.
const origin = (port) => `http://localhost:${port}`;
const python = (kind, port, ...more) => ["python", "serve.py", kind, `${port}`, ...more];
const node = (file, ...more) => ["node", file, ...more.map(String)];
const atMcp = ([port]) => `${origin(port)}/mcp`;
const trusting = (kind) => ([port, issuer, spare]) => [
  node("oidc.mjs", issuer, spare, `${origin(port)}/mcp`),
  python(kind, port, origin(issuer)),
];

export const servers = [
  { key: "fastmcp-memory", name: "FastMCP, InMemoryOAuthProvider", package: "fastmcp", start: ([port]) => [python("memory", port)], endpoint: atMcp },
  { key: "fastmcp-jwt", name: "FastMCP, JWTVerifier alone", package: "fastmcp", start: trusting("jwt"), endpoint: atMcp, lacks: "no authorization server is named" },
  { key: "fastmcp-static", name: "FastMCP, StaticTokenVerifier", package: "fastmcp", start: ([port]) => [python("static", port)], endpoint: atMcp, lacks: "no authorization server is named" },
  { key: "fastmcp-remote", name: "FastMCP, RemoteAuthProvider with oidc-provider", package: "fastmcp", start: trusting("remote"), endpoint: atMcp },
  {
    key: "fastmcp-proxy",
    name: "FastMCP, OAuthProxy before oidc-provider",
    package: "fastmcp",
    start: trusting("proxy"),
    endpoint: atMcp,
    env: ([port]) => ({ PROXY_CALLBACK: `${origin(port)}/auth/callback` }),
  },
  { key: "fastmcp-none", name: "FastMCP without sign-in", package: "fastmcp", start: ([port]) => [python("none", port)], endpoint: atMcp },
  { key: "python-sdk", name: "Python SDK", package: "mcp", start: ([port]) => [python("sdk", port)], endpoint: atMcp },
  { key: "python-sdk-prefix", name: "Python SDK under a prefix", package: "mcp", start: ([port]) => [python("sdk-prefix", port)], endpoint: ([port]) => `${origin(port)}/service/mcp` },
  {
    key: "typescript-sdk-demo",
    name: "TypeScript SDK, its demo",
    package: "@modelcontextprotocol/sdk",
    start: () => [node("node_modules/@modelcontextprotocol/sdk/dist/esm/examples/server/simpleStreamableHttp.js", "--oauth")],
    env: ([port, issuer]) => ({ MCP_PORT: `${port}`, MCP_AUTH_PORT: `${issuer}` }),
    endpoint: atMcp,
  },
  { key: "oidc-provider", name: "oidc-provider with the TypeScript SDK", package: "oidc-provider", start: ([port, issuer]) => [node("oidc.mjs", issuer, port)], endpoint: atMcp },
  { key: "better-auth", name: "better-auth, plugin mcp", package: "better-auth", start: ([port]) => [node("better-auth.mjs", port)], endpoint: atMcp },
  { key: "workers-oauth-provider", name: "workers-oauth-provider", package: "@cloudflare/workers-oauth-provider", start: ([port]) => [node("workers-library.mjs", port)], endpoint: atMcp },
];
