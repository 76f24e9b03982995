// What strangers do to a request: values that somebody might choose, and where they put them.
import fc from "fast-check";
import { SECRET } from "../hostile.ts";
import { type Draft, wellFormed } from "./routes.ts";

/** Stands in hostile values: as written here it may be in no page. */
export const MARK = `<hx7 q="'>`;

type Mutation = (draft: Draft) => Draft;

const nasty = [
  "", " ", "null", "undefined", "true", "-1", "1e999", "NaN", "9".repeat(400), "[object Object]", "__proto__", "constructor",
  `"${MARK}`, `'${MARK}<script>alert(1)</script>`, `javascript:alert(1)//${MARK}`, `</title>${MARK}`, `--${MARK}-->`, `${MARK}{{7*7}}\${7*7}`,
  "%0d%0ax-evil: 1", "\r\nx-evil: 1\r\n\r\n", "a\u0000b", "\u202egro.live\u202c", "\u2028\ufeff\u200b", "\ud800", "Ⅷﬀİı", "é\u0301".repeat(50),
  "../../../etc/passwd", "..%2f..%2f", "//evil.example/", "https://evil.example/x", "http://evil.example:80@127.0.0.1/", "https://client.example/c.json", "file:///etc/passwd",
  "' OR 1=1--", "$(id)", "`id`", "|id", "%s%s%n", "a".repeat(300), "a".repeat(5000), "%".repeat(99), "&=&=", ";", "*", "smcp_a_x.y", "smcp_r_".padEnd(120, "A"),
  `smcp_a_${"A".repeat(43)}.${"A".repeat(43)}`, `smcp_r_${"A".repeat(43)}.${"A".repeat(64)}`, `smcp_c_${"A".repeat(43)}.${"A".repeat(43)}`,
  "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "urn:ietf:params:oauth:request_uri:x", "2026-07-28", "1999-01-01",
];

export const value: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 40 }) },
);

const parameters = [
  "client_id", "client_secret", "redirect_uri", "response_type", "response_mode", "scope", "state", "resource", "code", "code_verifier", "code_challenge", "code_challenge_method",
  "grant_type", "refresh_token", "token", "token_type_hint", "request_uri", "request", "prompt", "nonce", "error", "error_description", "iss", "client_assertion", "client_assertion_type",
  "skill", "skills", "tools", "readonly", "all", "agent", "untrusted", "action", "proof", "grant", "older", "newer", "popup", "deep",
];
const headers = [
  "accept", "accept-language", "accept-encoding", "authorization", "content-type", "content-encoding", "cookie", "origin", "referer", "user-agent", "range", "if-none-match",
  "if-modified-since", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "cf-connecting-ip", "x-real-ip", "x-http-method-override", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest",
  "mcp-protocol-version", "mcp-session-id", "mcp-method", "mcp-name", "x-mcp-readonly", "last-event-id", "access-control-request-method", "access-control-request-headers", "traceparent", "tracestate", "dpop",
];
const cookies = ["browser", "flow_x", "session", "chat", "begun_x"].flatMap((name) => [`smcp_${name}`, `__Host-smcp_${name}`]);
const types = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/json; charset=utf-16", "application/xml", ""];
/** Whatever is no host's name is refused before a worker is chosen by it. */
const hosts = ["evil.example", "evil.example:8443", "localhost", "[::1]:1", "127.0.0.1:1", "xn--sntry-6za.example", `${"a".repeat(63)}.example`, "sentry.io"];
/** Names whose values are secrets: these must be in no answer and no line of the log. */
const secretNames = ["client_secret", "code", "code_verifier", "refresh_token", "token", "client_assertion", "proof"];

/** What a header can carry: latin-1 without control characters, as Node would refuse anything else itself. */
const forHeader = (text: string) => [...text].map((sign) => (/[\x20-\x7e\xa0-\xff]/.test(sign) ? sign : "?")).join("").slice(0, 6000);

const withField = (body: Draft["body"], name: string, text: string): Draft["body"] => {
  if (body && "form" in body) return { form: [...body.form.filter(([known]) => known !== name), [name, text]] };
  if (body && "json" in body && typeof body.json === "object" && body.json !== null && !Array.isArray(body.json)) return { json: { ...body.json, [name]: text } };
  return { form: [[name, text]] };
};

const deep = (levels: number, open: string, close: string) => new TextEncoder().encode(`${open.repeat(levels)}1${close.repeat(levels)}`);

const jsonValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  value,
  fc.constantFrom<unknown>(null, [], {}, 1e308, -0, Number.MAX_SAFE_INTEGER, [[[[]]]], Array.from({ length: 500 }, () => ({})), { ["__proto__"]: { a: 1 } }),
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(
    new Uint8Array(), deep(5000, "[", "]"), deep(5000, '{"a":', "}"), deep(60_000, "[", ""), new TextEncoder().encode("{\"a\":1,\"a\":2}"), new TextEncoder().encode("\ufeff{}"),
    new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), new Uint8Array(65_537).fill(0x61), new TextEncoder().encode("a=b&".repeat(4000)), new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    new TextEncoder().encode(`[${'{"jsonrpc":"2.0","id":1,"method":"ping"},'.repeat(300)}{}]`), new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"method":'),
  ),
);

const changedJson = (json: unknown, path: number, put: unknown): unknown => {
  if (typeof json !== "object" || json === null || path < 1) return put;
  const entries = Object.entries(json);
  if (entries.length === 0) return put;
  const [name, inner] = entries[path % entries.length]!;
  const changed = changedJson(inner, Math.floor(path / entries.length) - 1, put);
  return Array.isArray(json) ? json.map((each: unknown, index) => (String(index) === name ? changed : each)) : { ...json, [name]: changed };
};

/** A change to one part of a request. */
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND").map((method) => (draft: Draft) => ({ ...draft, method })) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("/", "//", "/.", "/..", "/%2e%2e/", "/%00", "/%ff%fe", ";x=y", "%2f", "?", "/%c3%a9", `/${"a".repeat(4000)}`, "/smcp_a_tell"), fc.boolean()).map(([part, before]) => (draft: Draft) => ({ ...draft, path: before ? `${part.startsWith("/") ? "" : "/"}${part}${draft.path}` : `${draft.path}${part}` })) },
  { weight: 1, arbitrary: value.map((text) => (draft: Draft) => ({ ...draft, path: `${draft.path}/${encodeURIComponent(wellFormed(text)).slice(0, 3000)}` })) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...parameters), value, fc.boolean()).map(([name, text, twice]) => (draft: Draft) => ({ ...draft, query: [...draft.query.filter(([known]) => twice || known !== name), [name, text] as [string, string]] })) },
  { weight: 1, arbitrary: fc.nat().map((index) => (draft: Draft) => ({ ...draft, query: draft.query.filter((_, at) => at !== index % Math.max(1, draft.query.length)) })) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...headers), value).map(([name, text]) => (draft: Draft) => ({ ...draft, headers: { ...draft.headers, [name]: forHeader(text) } })) },
  { weight: 1, arbitrary: fc.constantFrom(...hosts).map((host) => (draft: Draft) => ({ ...draft, headers: { ...draft.headers, host } })) },
  { weight: 1, arbitrary: fc.constantFrom(...types).map((type) => (draft: Draft) => ({ ...draft, headers: { ...draft.headers, "content-type": type } })) },
  { weight: 1, arbitrary: fc.constantFrom("Basic", "Bearer", "Sentry-Bearer", "DPoP", "bearer ").map((scheme) => (draft: Draft) => ({ ...draft, headers: { ...draft.headers, authorization: `${scheme} ${SECRET}` } })) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...cookies), value).map(([name, text]) => (draft: Draft) => ({ ...draft, headers: { ...draft.headers, cookie: forHeader(`${draft.headers.cookie ?? "a=b"}; ${name}=${text}`) } })) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...parameters), value).map(([name, text]) => (draft: Draft) => ({ ...draft, body: withField(draft.body, name, text) })) },
  { weight: 2, arbitrary: fc.constantFrom(...secretNames).map((name) => (draft: Draft) => ({ ...draft, body: withField(draft.body, name, SECRET) })) },
  { weight: 3, arbitrary: fc.tuple(fc.nat(200), jsonValue).map(([path, put]) => (draft: Draft) => (draft.body && "json" in draft.body ? { ...draft, body: { json: changedJson(draft.body.json, path, put) } } : draft)) },
  { weight: 1, arbitrary: bytes.map((raw) => (draft: Draft) => ({ ...draft, method: draft.method === "GET" ? "POST" : draft.method, body: { bytes: raw } })) },
);

/** One to four changes, in turn. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 4 });
