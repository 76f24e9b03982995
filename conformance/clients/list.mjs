// The clients: in which language each is driven, by which file, and what it does not do, with the reason from its source.
//
// `query` stands behind the address. `lacks` names a step that a client does otherwise. `instead` is what it does, and a run that shows anything else fails:
// "signs in": it has its person sign in once more, and that works; "refuses": it never sends it.

/** Where the server is asked: the whole of it, and one project of the local Sentry; with what its tool is called there. */
export const paths = {
  "/mcp": { path: "/mcp", options: { organizationSlug: "lighthouse-books" } },
  project: { path: "/mcp/lighthouse-books/shop-window", options: {} },
};

const pythonRestart = {
  instead: "signs in",
  why:
    "mcp.client.auth keeps no time of expiry with stored tokens (`OAuthClientProvider._initialize`), so that it shows the one " +
    "that has ended; after a 401 it does not refresh but starts over",
};

const anotherPort = {
  instead: "signs in",
  why:
    "each of its commands listens on another port and drops the registration that names the one before " +
    "(`PersistentOAuthClientProvider.create`); the refresh token is the dropped client's",
};

const listedOnly = (why) => ({ instead: "refuses", why });

export const clients = [
  { key: "ts-sdk-1", name: "TypeScript SDK 1", package: "@modelcontextprotocol/sdk", driver: "typescript/sdk1.mjs" },
  { key: "ts-sdk-2", name: "TypeScript SDK 2", package: "@modelcontextprotocol/client", driver: "typescript/sdk2.mjs" },
  { key: "ai-sdk", name: "AI SDK", package: "@ai-sdk/mcp", driver: "typescript/ai-sdk.mjs" },
  { key: "mcp-remote", name: "mcp-remote", package: "mcp-remote", driver: "typescript/mcp-remote.mjs" },
  {
    key: "mcporter",
    name: "mcporter",
    package: "mcporter",
    driver: "typescript/mcporter.mjs",
    lacks: { refresh: anotherPort, reconnect: anotherPort, restart: anotherPort },
  },
  {
    key: "mcporter-fixed-port",
    name: "mcporter, `oauthRedirectUrl` set",
    package: "mcporter",
    driver: "typescript/mcporter.mjs",
    environment: { FIXED_PORT: "1" },
  },
  {
    key: "inspector",
    name: "MCP Inspector, command line",
    package: "@modelcontextprotocol/inspector",
    driver: "typescript/inspector.mjs",
    lacks: { unlisted: listedOnly("it looks the name up in `tools/list` and ends with `tool_not_found`") },
  },
  {
    key: "inspector-all",
    name: "MCP Inspector, command line, `?all=1`",
    package: "@modelcontextprotocol/inspector",
    driver: "typescript/inspector.mjs",
    query: "?all=1",
  },
  { key: "python-sdk-1", name: "Python SDK 1", package: "mcp", python: "mcp1", driver: "python/sdk1.py", lacks: { restart: pythonRestart } },
  { key: "python-sdk-2", name: "Python SDK 2", package: "mcp", python: "mcp2", driver: "python/sdk2.py", lacks: { restart: pythonRestart } },
  { key: "fastmcp-3", name: "FastMCP 3", package: "fastmcp", python: "mcp1", driver: "python/fast.py" },
  { key: "fastmcp-4", name: "FastMCP 4", package: "fastmcp", python: "mcp2", driver: "python/fast.py" },
  {
    key: "langchain",
    name: "LangChain",
    package: "langchain-mcp-adapters",
    python: "mcp1",
    driver: "python/langchain_tools.py",
    lacks: { restart: pythonRestart, unlisted: listedOnly("its tools are made of what `tools/list` names; there is none for another name") },
  },
  {
    key: "langchain-all",
    name: "LangChain, `?all=1`",
    package: "langchain-mcp-adapters",
    python: "mcp1",
    driver: "python/langchain_tools.py",
    query: "?all=1",
    lacks: { restart: pythonRestart },
  },
  {
    key: "openai-agents",
    name: "OpenAI Agents",
    package: "openai-agents",
    python: "mcp2",
    driver: "python/agents_server.py",
    lacks: { restart: pythonRestart },
  },
  { key: "pydantic-ai", name: "Pydantic AI", package: "pydantic-ai-slim", python: "mcp2", driver: "python/pydantic_tools.py" },
];
