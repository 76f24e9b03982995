// A person at a browser, as far as two forms and their cookies need one: consent here, sign-in at the local Sentry.

export interface Choices {
  /** Presses Deny here, or at Sentry. */
  deny?: "here" | "sentry";
  /** Ticks exactly these skills; without it, what the page has ticked. */
  skills?: string[];
  /** The local Sentry's user; without it, the one that its page has chosen. */
  user?: string;
}

/** What a form on a page would send. */
export interface Form {
  action: URL;
  fields: URLSearchParams;
}

/** `fetch`, or something that takes the requests to one origin elsewhere. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export class Person {
  /** By host name and port, as far as a browser keeps hosts apart (it shares ports; these tests need not). */
  readonly cookies = new Map<string, Map<string, string>>();
  readonly #fetch: Fetch;

  constructor(options: { fetch?: Fetch } = {}) {
    this.#fetch = options.fetch ?? fetch;
  }

  /** A page load or form post, with cookies kept and sent. Redirects are returned. */
  async request(url: URL, form?: URLSearchParams, headers: Record<string, string> = {}): Promise<Response> {
    const jar = this.cookies.get(url.host) ?? new Map<string, string>();
    this.cookies.set(url.host, jar);
    const sent: Record<string, string> = { accept: "text/html", ...headers };
    if (jar.size > 0) sent.cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    if (form) sent.origin ??= url.origin;
    const response = await this.#fetch(url, { redirect: "manual", method: form ? "POST" : "GET", body: form, headers: sent });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (!name) continue;
      if (/max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value ?? "");
    }
    return response;
  }

  /** From the authorization URL to the URL that the client is called back at. */
  async authorize(authorizationUrl: URL, choices: Choices = {}): Promise<URL> {
    const consent = await this.consent(authorizationUrl);
    if (consent instanceof URL) return consent;
    const decided = await this.decide(consent, choices);
    if (choices.deny === "here") return decided;
    return this.signIn(decided, choices);
  }

  /** Opens the consent page; a URL where the client is answered at once. */
  async consent(authorizationUrl: URL): Promise<Form | URL> {
    const response = await this.request(authorizationUrl);
    if (response.status === 302) return location(response);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`consent page: ${response.status}\n${text}`);
    return readForm(text, authorizationUrl);
  }

  /** Presses a button of the consent page; answers where the browser is sent. */
  async decide(consent: Form, choices: Choices = {}): Promise<URL> {
    const fields = new URLSearchParams(consent.fields);
    if (choices.skills) {
      fields.delete("skill");
      for (const skill of choices.skills) fields.append("skill", skill);
    }
    fields.set("action", choices.deny === "here" ? "deny" : "approve");
    const response = await this.request(consent.action, fields);
    if (response.status !== 302) throw new Error(`consent form: ${response.status}\n${await response.text()}`);
    return location(response);
  }

  /** Signs in at the local Sentry and comes back through the callback. */
  async signIn(sentryUrl: URL, choices: Choices = {}): Promise<URL> {
    const callback = await this.atSentry(sentryUrl, choices);
    const response = await this.request(callback);
    // An application's own scheme is left for by a page that stays behind.
    const left = /^0; ?url=(.+)$/.exec(response.headers.get("refresh") ?? "")?.[1];
    if (response.status === 200 && left) return new URL(left);
    if (response.status !== 302) throw new Error(`callback: ${response.status}\n${await response.text()}`);
    return location(response);
  }

  /** Signs in at the local Sentry; answers the URL of our callback. */
  async atSentry(sentryUrl: URL, choices: Choices = {}): Promise<URL> {
    const page = await this.request(sentryUrl);
    const text = await page.text();
    if (page.status !== 200) throw new Error(`Sentry's page: ${page.status}\n${text}`);
    const form = readForm(text, sentryUrl);
    if (choices.user) form.fields.set("user", choices.user);
    form.fields.set("action", choices.deny === "sentry" ? "deny" : "approve");
    const response = await this.request(form.action, form.fields);
    if (response.status !== 302) throw new Error(`Sentry's form: ${response.status}\n${await response.text()}`);
    return location(response);
  }
}

function location(response: Response): URL {
  return new URL(response.headers.get("location") ?? "");
}

/** The one form of a page: hidden fields, ticked boxes, chosen radio buttons. Our pages quote every attribute. */
export function readForm(html: string, page: URL): Form {
  const forms = html.match(/<form\b[^]*?<\/form>/g) ?? [];
  if (forms.length !== 1) throw new Error(`${forms.length} forms on ${page.pathname}\n${html}`);
  const form = forms[0]!;
  const fields = new URLSearchParams();
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const type = attribute(tag, "type");
    if ((type === "checkbox" || type === "radio") && !/\schecked\b/.test(tag)) continue;
    fields.append(attribute(tag, "name"), attribute(tag, "value"));
  }
  return { action: new URL(attribute(form, "action"), page), fields };
}

function attribute(tag: string, name: string): string {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return value.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, decimal, hex, word) => {
    if (word) return named[word] ?? all;
    return String.fromCodePoint(parseInt(decimal ?? hex, decimal ? 10 : 16));
  });
}
