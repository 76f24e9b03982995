// What is asked of the answer to any request whatever.
import { REDIRECT_URI } from "../oauth.ts";
import { MARK } from "./mutations.ts";
import type { Draft } from "./routes.ts";
import type { Answer } from "./send.ts";

export interface Site {
  /** Where an answer may send a browser, besides to the host that was asked. */
  origins: string[];
  /** What must come back in no answer. */
  secrets: string[];
}

/** The promises that an answer breaks. */
export function broken({ status, headers, body }: Answer, draft: Draft, site: Site): string[] {
  const type = headers.get("content-type") ?? "";
  const head = [...headers].map(([name, text]) => `${name}: ${text}`).join("\n");
  const rules: [boolean, string][] = [
    // Without a model, a Sentry or a storage that fails there is no trouble of ours.
    [status < 500, "a status of our own trouble"],
    [status >= 200, "no status of an answer"],
    [headers.get("x-content-type-options") === "nosniff", "a browser may guess what it is"],
    [headers.has("x-request-id"), "nobody can find it in the log"],
    [!headers.has("x-evil"), "a header was put in"],
    [!/html/.test(type) || isStrict(headers), "a page without its headers"],
    [!/html|svg|xml/.test(type) || !body.includes(MARK), "what was sent stands in a page as it was sent"],
    [!/json/.test(type) || draft.method === "HEAD" || isJson(body), "a type of JSON, and no JSON"],
    [body === "" || type !== "", "a body without a type"],
    [staysHere(headers.get("location"), draft, site), `a redirect to ${headers.get("location")}`],
    [!headers.has("access-control-allow-credentials"), "other sites' scripts may use cookies"],
    [!isPrivate(draft.path) || status === 204 || headers.get("cache-control")?.includes("no-store") === true, "a private answer that may be kept"],
    [!/panicked|RuntimeError|unreachable|\bat \S+\.rs:\d/.test(body), "an answer tells of our code"],
    ...site.secrets.map((secret): [boolean, string] => [!body.includes(secret) && !head.includes(secret), "a secret came back"]),
  ];
  const found = rules.filter(([kept]) => !kept).map(([, what]) => what);
  return found.length > 0 ? [`${status} ${body.slice(0, 80)}`, ...found] : [];
}

function isStrict(headers: Answer["headers"]): boolean {
  const policy = headers.get("content-security-policy") ?? "";
  return policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'") && !policy.includes("unsafe") && headers.has("referrer-policy") && headers.get("x-frame-options") === "DENY";
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/** To this server under the name it was asked by, to Sentry, or to the client that the tests registered. */
function staysHere(location: string | undefined, draft: Draft, { origins }: Site): boolean {
  if (location === undefined || location.startsWith("/")) return !location?.startsWith("//");
  if (location.startsWith(REDIRECT_URI)) return true;
  if (!URL.canParse(location)) return false;
  const { origin, host } = new URL(location);
  return origins.includes(origin) || host.split(":")[0] === (draft.headers.host ?? "").split(":")[0];
}

/** What is told to one person or client. A metadata document below /mcp is anybody's. */
const isPrivate = (path: string) => !path.includes("/.well-known/") && /^\/(oauth|token|account|api\/auth|api\/chat|mcp)(\/|$)/.test(path);
