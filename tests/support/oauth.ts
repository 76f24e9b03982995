// OAuth request by request, for tests of what the SDK hides: each step alone, and all of them in one call.
import { createHash, randomBytes } from "node:crypto";
import { type Choices, Person } from "./person.ts";
import type { TestWorker } from "./worker.ts";

export const REDIRECT_URI = "http://127.0.0.1:33418/callback";

export interface Registered {
  client_id: string;
  client_secret?: string;
  redirect_uris: string[];
}

export interface Tokens {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
  scope: string;
}

export interface Pkce {
  verifier: string;
  challenge: string;
}

/** Where a person left off: the client, what it must remember, and the code that it was called back with. */
export interface Authorized {
  client: Registered;
  verifier: string;
  callback: URL;
  code: string;
}

/** What differs from a usual sign-in. */
export interface Wishes {
  client?: Registered;
  person?: Person;
  choices?: Choices;
  parameters?: Parameters;
}

export type Parameters = Record<string, string | string[] | undefined>;

/** A public client, unless the metadata say otherwise. */
export async function register(worker: TestWorker, metadata: Record<string, unknown> = {}): Promise<Registered> {
  const body = { client_name: "Test Editor", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" };
  const response = await worker.fetch("/oauth/register", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, ...metadata }),
  });
  if (response.status !== 201) throw new Error(`register: ${response.status} ${await response.text()}`);
  return (await response.json()) as Registered;
}

/** The same client as if it had registered long ago, which its id tells; its first record goes. */
export async function registeredLongAgo(worker: TestWorker, metadata: Record<string, unknown> = {}): Promise<Registered> {
  const client = await register(worker, metadata);
  const client_id = client.client_id.replace(/^[0-9a-f]{8}/, "00000001");
  const kv = (await worker.miniflare.getKVNamespace("OAUTH_KV")) as unknown as {
    get(key: string): Promise<string | null>;
    put(key: string, value: string): Promise<void>;
    delete(key: string): Promise<void>;
  };
  const record = JSON.parse((await kv.get(`client:${client.client_id}`))!) as object;
  await kv.put(`client:${client_id}`, JSON.stringify({ ...record, client_id }));
  await kv.delete(`client:${client.client_id}`);
  return { ...client, client_id };
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

/** A complete authorization URL, with these parameters changed: `undefined` leaves one out, an array repeats it. */
export function authorizationUrl(worker: { origin: string }, client: Registered, changed: Parameters = {}): URL {
  const usual: Parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: client.redirect_uris[0],
    code_challenge: pkce().challenge,
    code_challenge_method: "S256",
    resource: `${worker.origin}/mcp`,
    state: "state-of-the-client",
  };
  return new URL(`/oauth/authorize?${query({ ...usual, ...changed })}`, worker.origin);
}

/** Registers (unless there is a client), and takes a person from the authorization URL to the code. */
export async function authorize(worker: TestWorker, options: Wishes = {}): Promise<Authorized> {
  const client = options.client ?? (await register(worker));
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(worker, client, { code_challenge: challenge, ...options.parameters });
  const callback = await (options.person ?? new Person()).authorize(url, options.choices);
  const code = callback.searchParams.get("code");
  if (!code) throw new Error(`no code in ${callback}`);
  return { client, verifier, callback, code };
}

export function redeem(worker: TestWorker, authorized: Authorized, changed: Parameters = {}): Promise<Response> {
  return postForm(worker, "/oauth/token", {
    grant_type: "authorization_code",
    code: authorized.code,
    code_verifier: authorized.verifier,
    client_id: authorized.client.client_id,
    redirect_uri: authorized.client.redirect_uris[0],
    ...changed,
  });
}

export function refresh(worker: TestWorker, client: Registered, token: string, changed: Parameters = {}): Promise<Response> {
  return postForm(worker, "/oauth/token", {
    grant_type: "refresh_token",
    refresh_token: token,
    client_id: client.client_id,
    ...changed,
  });
}

export function revoke(worker: TestWorker, client: Registered, token: string): Promise<Response> {
  return postForm(worker, "/oauth/revoke", { token, client_id: client.client_id });
}

/** The whole way to tokens. */
export async function signIn(worker: TestWorker, options: Wishes = {}): Promise<Authorized & { tokens: Tokens }> {
  const authorized = await authorize(worker, options);
  return { ...authorized, tokens: await tokensOf(await redeem(worker, authorized)) };
}

/** What every token of a grant begins with, its kind aside. */
export const grantOf = (token: string): string => token.split(".")[0]!.replace(/^smcp_[a-z]_/, "");

export async function tokensOf(response: Response): Promise<Tokens> {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`no tokens: ${response.status} ${text}`);
  return JSON.parse(text) as Tokens;
}

/** `<status> <error>`, or the status alone: what two answers have in common that mean the same to a client. */
export async function outcome(response: Response): Promise<string> {
  const text = await response.text();
  const error = text.startsWith("{") ? (JSON.parse(text) as { error?: string }).error : undefined;
  return error ? `${response.status} ${error}` : `${response.status}`;
}

export function postForm(worker: TestWorker, path: string, form: Parameters, headers: Record<string, string> = {}): Promise<Response> {
  return worker.fetch(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: query(form),
  });
}

/** One MCP message under a bearer token. */
export function rpc(worker: TestWorker, token: string, options: { path?: string; method?: string; params?: unknown; signal?: AbortSignal } = {}): Promise<Response> {
  const { path = "/mcp", method = "ping", params, signal } = options;
  return worker.fetch(path, {
    method: "POST",
    signal,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2025-11-25",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
}

/** The text of a tool's answer, without arguments; a status that is not 200 is an answer too: `401`. */
export async function tool(worker: TestWorker, token: string, name = "whoami"): Promise<string> {
  const response = await rpc(worker, token, { method: "tools/call", params: { name } });
  if (response.status !== 200) return `${response.status}`;
  const { result } = (await response.json()) as { result: { isError?: boolean; content: { text: string }[] } };
  return `${result.isError ? "error: " : ""}${result.content.map(({ text }) => text).join("\n")}`;
}

export function query(parameters: Parameters): string {
  const list = new URLSearchParams();
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of values === undefined ? [] : [values].flat()) list.append(name, value);
  }
  return list.toString();
}
