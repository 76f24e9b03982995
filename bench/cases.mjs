// What is measured: our request, the floor that it is held against, and how much of the floor's rate it must reach.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { authorizePath, consentFields, registration, signIn, register, tokenForm } from "./lib/prepare.mjs";

const GRANTS = 1000;
const json = { "content-type": "application/json" };
const get = { method: "GET", path: "/", status: 200 };

/**
 * `load` and `floorLoad` are scripts of load/; `ours` and `atFloor` say what they send. A case that throws `Skip` asks for
 * what the worker does not have yet.
 */
export const cases = [
  fixed("metadata", "discovery: authorization server", 0.75, "hello", () => ({ ...get, path: "/.well-known/oauth-authorization-server" })),
  fixed("resource", "discovery: protected resource", 0.75, "hello", () => ({ ...get, path: "/.well-known/oauth-protected-resource/mcp" })),
  fixed("unauthorized", "401 at /mcp", 0.65, "hello", () => ({ ...rpc("initialize", initialize), status: 401 })),
  fixed("authorize", "authorize page", 0.7, "kv-read", async (state) => ({ ...get, path: authorizePath(state.origin, await state.client()) })),
  fixed("register", "registration", 0.8, "kv-write", () => registering, { status: 201 }),
  refresh("refresh", "refresh", 16),
  fixed("register-one", "registration, one connection", 0.8, "kv-write", () => registering, { status: 201, connections: 1 }),
  refresh("refresh-one", "refresh, one connection", 1),
  flow("flow", "code flow, one connection", "many"),
  flow("flow-fresh", "code flow, against one with fresh objects", "many", "code-flow-fresh"),
  flow("flow-same", "code flow, always the same person", "one"),
  fixed("initialize", "MCP initialize", 0.55, "hello", (state) => authorized(state, "initialize", initialize)),
  fixed("tools-list", "MCP tools/list", 0.5, "hello", (state) => authorized(state, "tools/list")),
  fixed("tools-list-json", "MCP tools/list against JSON + SHA-256 + 20 KB", undefined, "json", (state) => authorized(state, "tools/list"), {
    atFloor: { ...rpc("tools/list"), status: 200 },
  }),
  fixed("local-tool", "MCP tools/call of a local tool", 0.5, "hello", (state) =>
    call(state, "search_sentry_tools", { query: "issue" }),
  ),
  fixed("issue-details", "MCP get_issue_details", undefined, "upstream", (state) =>
    call(state, "get_issue_details", { organizationSlug: "acme", issueId: "WEB-1A" }),
  ),
  fixed(
    "issue-details-far",
    "MCP get_issue_details, Sentry 50 ms away: at most 170 ms",
    undefined,
    "upstream",
    (state) => call(state, "get_issue_details", { organizationSlug: "far-away", issueId: "WEB-1A" }),
    { connections: 1 },
  ),
  fixed("find-projects", "MCP find_projects", 0.8, "upstream", (state) => call(state, "find_projects", { organizationSlug: "acme" })),
];

const registering = { method: "POST", path: "/oauth/register", headers: json, body: registration, status: 201 };

/** What our worker holds, made when the first case asks for it. */
export class State {
  #made = {};

  constructor(server) {
    this.server = server;
    this.origin = server.origin;
  }

  client() {
    return (this.#made.client ??= register(this.origin));
  }

  async accessToken() {
    this.#made.grant ??= signIn(this.origin, await this.client(), 1);
    return (await this.#made.grant)[0].access_token;
  }

  async refreshTokens() {
    this.#made.file ??= signIn(this.origin, await this.client(), GRANTS).then((tokens) => {
      const file = join(this.server.folder, "refresh-tokens");
      writeFileSync(file, tokens.map((each) => `${each.refresh_token}\n`).join(""));
      return file;
    });
    return this.#made.file;
  }
}

function fixed(name, title, target, floor, ours, { connections = 16, status = 200, atFloor } = {}) {
  return { name, title, target, floor, connections, load: "fixed", floorLoad: "fixed", ours, atFloor: () => atFloor ?? { ...get, status } };
}

function refresh(name, title, connections) {
  const ours = async (state) => ({ tokens: await state.refreshTokens(), client: await state.client() });
  return { name, title, target: 0.6, floor: "object-write", connections, load: "refresh", floorLoad: "fixed", ours, atFloor: () => get };
}

function flow(name, title, people, floor = "code-flow") {
  const ours = async (state) => {
    const client = await state.client();
    return {
      origin: state.origin,
      path: authorizePath(state.origin, client),
      consent: await consentFields(state.origin, client),
      token: tokenForm(client),
    };
  };
  const atFloor = (origin) => ({ origin, path: authorizePath(origin, "client"), consent: "&skill=inspect&action=approve", token: tokenForm("client") });
  return { name, title, target: 0.6, floor, connections: 1, load: "flow", floorLoad: "flow", people, ours, atFloor };
}

const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1.0.0" } };

export function rpc(method, params, token) {
  const headers = { ...json, accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" };
  if (token) headers.authorization = `Bearer ${token}`;
  return { method: "POST", path: "/mcp", headers, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) };
}

async function authorized(state, method, params) {
  return { ...rpc(method, params, await state.accessToken()), status: 200 };
}

/** Throws `Skip` where there is no such tool, so that no error is measured for an answer. */
async function call(state, name, args) {
  const request = await authorized(state, "tools/call", { name, arguments: args });
  const response = await fetch(`${state.origin}${request.path}`, request);
  const text = await response.text();
  if (response.status !== 200 || /"isError":true|"error":\{/.test(text)) throw new Skip(`${name}: ${response.status} ${text.slice(0, 120)}`);
  return request;
}

export class Skip extends Error {}
