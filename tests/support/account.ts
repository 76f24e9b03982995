// A person on the page of connected apps, as far as its forms go.
import { type Choices, Person } from "./person.ts";
import type { TestWorker } from "./worker.ts";

export interface Connection {
  grant: string;
  name: string;
  /** Ids of its skills. */
  skills: string[];
  /** All that its article says, and what stands above it of its application, without markup. */
  text: string;
}

export class AccountPage {
  constructor(readonly url: URL, readonly html: string) {}

  get proof(): string {
    return /name="proof" value="([^"]+)"/.exec(this.html)?.[1] ?? "";
  }

  /** What the page says of what was just done. */
  get said(): string | undefined {
    return words(/role="status">([^]*?)<\/p>/.exec(this.html)?.[1] ?? "") || undefined;
  }

  get connections(): Connection[] {
    return this.apps.flatMap(({ name, text, articles }) =>
      articles.map((article) => ({
        grant: /name="grant" value="([^"]+)"/.exec(article)?.[1] ?? "",
        name,
        skills: [...article.matchAll(/name="skill" value="([^"]+)"/g)].map(([, id]) => id!),
        text: `${text} ${words(article)}`,
      })),
    );
  }

  /** Each application with what stands above its connections. The release of 1112ee6 has an article for each connection, by itself. */
  get apps(): { name: string; text: string; articles: string[] }[] {
    const nameOf = (html: string) => words(/<h2[^]*?<\/h2>/.exec(html)?.[0] ?? "");
    if (!this.html.includes('<section class="card app"')) {
      return (this.html.match(/<article\b[^]*?<\/article>/g) ?? []).map((article) => ({ name: nameOf(article), text: "", articles: [article] }));
    }
    return (this.html.match(/<section class="card app"[^]*?<\/section>/g) ?? []).map((section) => ({
      name: nameOf(section),
      text: words(section.slice(0, section.indexOf("<article"))),
      articles: section.match(/<article\b[^]*?<\/article>/g) ?? [],
    }));
  }

  get grants(): string[] {
    return this.connections.map(({ grant }) => grant);
  }

  /** Where the part beside this one is. */
  beside(direction: "prev" | "next"): URL | undefined {
    const href = new RegExp(`href="([^"]+)" rel="${direction}"`).exec(this.html)?.[1];
    return href === undefined ? undefined : new URL(href.replaceAll("&amp;", "&"), this.url);
  }
}

function words(html: string): string {
  const named: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#38;": "&", "&#60;": "<", "&#62;": ">", "&#34;": '"', "&#39;": "'" };
  return html.replace(/<[^>]*>/g, " ").replace(/&[#\w]+;/g, (entity) => named[entity] ?? entity).replace(/\s+/g, " ").trim();
}

export const accountUrl = (worker: { origin: string }, query = "") => new URL(`/account${query}`, worker.origin);

/** Opens the list, by way of Sentry where the person is not signed in. */
export async function openAccount(worker: TestWorker, person = new Person(), choices: Choices = {}, url = accountUrl(worker)): Promise<AccountPage> {
  let response = await person.request(url);
  if (response.status === 302) {
    const back = await person.signIn(new URL(response.headers.get("location")!), choices);
    response = await person.request(back);
  }
  return read(response, url);
}

/** Presses a button of the list. */
export function press(worker: TestWorker, person: Person, page: { proof: string }, fields: Record<string, string>, headers?: Record<string, string>): Promise<Response> {
  return person.request(accountUrl(worker, "/revoke"), new URLSearchParams({ proof: page.proof, ...fields }), headers);
}

/** The same, and to the page that comes after it. */
export async function pressed(worker: TestWorker, person: Person, page: { proof: string }, fields: Record<string, string>): Promise<AccountPage> {
  const response = await press(worker, person, page, fields);
  if (response.status !== 303) throw new Error(`account form: ${response.status}\n${await response.text()}`);
  const next = new URL(response.headers.get("location")!);
  return read(await person.request(next), next);
}

async function read(response: Response, url: URL): Promise<AccountPage> {
  const html = await response.text();
  if (response.status !== 200) throw new Error(`account: ${response.status}\n${html}`);
  return new AccountPage(url, html);
}
