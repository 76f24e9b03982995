// A person with a browser, at pages of others: opens a link, fills every form and sends it, until it leads back to the
// client.
const FIELDS = { login: "ada", password: "correct horse", email: "ada@example.com" };
const MOST = 20;

/** Visits a link, and returns the status of the page at the client's redirect URI. */
export async function agree(link) {
  const callback = new URL(link).searchParams.get("redirect_uri");
  const cookies = new Map();
  let next = { url: new URL(link) };
  for (let step = 0; step < MOST; step += 1) {
    if (isAt(next.url, callback)) return (await fetch(next.url)).status;
    const answer = await visit(next, cookies);
    const location = answer.headers.get("location");
    if (answer.status >= 300 && answer.status < 400 && location) {
      next = { url: new URL(location, next.url) };
      continue;
    }
    const text = await answer.text();
    const form = read(text, next.url);
    if (!form) throw new Error(`${answer.status} at ${next.url.origin}${next.url.pathname}: ${text.slice(0, 300)}`);
    next = form;
  }
  throw new Error(`no end after ${MOST} pages`);
}

const isAt = (url, callback) => callback !== null && url.href.startsWith(callback);

async function visit({ url, body }, cookies) {
  const kept = cookies.get(url.host) ?? new Map();
  const headers = { accept: "text/html", cookie: [...kept].map(([name, value]) => `${name}=${value}`).join("; ") };
  const isForm = body !== undefined;
  if (isForm) Object.assign(headers, { "content-type": "application/x-www-form-urlencoded", origin: url.origin });
  const answer = await fetch(url, { method: isForm ? "POST" : "GET", body, headers, redirect: "manual" });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = line.match(/^([^=]+)=([^;]*)/) ?? [];
    if (name) kept.set(name, value);
  }
  cookies.set(url.host, kept);
  return answer;
}

/** The first form of a page, filled in. */
function read(text, at) {
  const [, attributes, inside] = text.match(/<form([^>]*)>([\s\S]*?)<\/form>/i) ?? [];
  if (attributes === undefined) return null;
  const value = (of, name) => of.match(new RegExp(`\\b${name}=["']([^"']*)["']`, "i"))?.[1]?.replaceAll("&amp;", "&");
  const fields = new URLSearchParams();
  for (const [, input] of inside.matchAll(/<(?:input|button)([^>]*)>/gi)) {
    const name = value(input, "name");
    if (!name) continue;
    const isChoice = value(input, "type") === "submit" || /^<button/i.test(input);
    if (isChoice && fields.has(name)) continue;
    fields.append(name, value(input, "value") ?? FIELDS[name] ?? "");
  }
  return { url: new URL(value(attributes, "action") ?? at, at), body: fields.toString() };
}
