// A chat whose server's answers are made up, event by event: for what a page must show and a real server says rarely.
import type { Browser, BrowserContextOptions, Page, Route } from "playwright-core";
import { type Watched, watched } from "./watched.ts";

export type Event = [name: string, data: unknown];

/** What is sent for a question; a function may do anything with it, such as nothing. */
export type Answer = Event[] | ((route: Route) => unknown);

export interface MadeUp extends Watched {
  /** The bodies of what the page asked. */
  asked: { endpoint: string; messages: { role: string; content: string }[]; call?: unknown; approved?: string[]; declined?: string[] }[];
  /** What comes for the next questions, in order. */
  answers: Answer[];
  status: Record<string, unknown>;
}

export const SENTRY = "http://127.0.0.1:9";
export const SIGNED_IN = { authenticated: true, user: { name: "Ada Marlowe" }, model: "some-model", sentry: SENTRY };
export const SIGNED_OUT = { authenticated: false, model: "some-model", sentry: SENTRY };

export const stream = (events: Event[]): string => `:\n\n${events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("")}`;
export const said = (...words: string[]): Event[] => [...words.map((delta): Event => ["text", { delta }]), ["done", { reason: "answer", steps: 1 }]];
export const called = (id: string, name: string, given: object, text: string, more: object = {}): Event[] => [
  ["tool_call", { id, name, arguments: given, changes: false }],
  ["tool_result", { id, is_error: false, text, ms: 120, ...more }],
];
export const asks = (id: string, given: object, name = "update_issue", shown = JSON.stringify(given, null, 2)): Event[] => [
  ["tool_call", { id, name, arguments: given, changes: true }],
  ["confirm", { id, name, arguments: given, shown }],
  ["done", { reason: "confirm", steps: 1 }],
];
export const refused = (status: number, error: string, headers: Record<string, string> = {}) => (route: Route) =>
  route.fulfill({ status, headers: { "content-type": "application/json", "x-request-id": "0123456789abcdef", ...headers }, body: JSON.stringify({ error, error_description: `${error}, as the server says it` }) });

export async function madeUp(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<MadeUp> {
  const seen = await watched(browser, [origin], options);
  const made: MadeUp = { ...seen, asked: [], answers: [], status: SIGNED_IN };
  await seen.context.route("**/api/auth/status", (route) => route.fulfill({ json: made.status }));
  await seen.context.route("**/api/chat", (route) => {
    made.asked.push(route.request().postDataJSON() as MadeUp["asked"][number]);
    const answer = made.answers.shift() ?? said("Nothing was made up for this.");
    if (typeof answer === "function") return answer(route) as Promise<void>;
    return route.fulfill({ contentType: "text/event-stream", body: stream(answer) });
  });
  await seen.page.goto(`${origin}/`);
  await question(seen.page).waitFor();
  return made;
}

export const question = (page: Page) => page.getByRole("textbox", { name: "Your question" });
export const conversation = (page: Page) => page.getByRole("region", { name: "Conversation" });
/** What a screen reader says. */
export const spoken = (page: Page) => page.locator(".chat > [role=status]");

export async function ask(page: Page, text: string): Promise<void> {
  await question(page).fill(text);
  await question(page).press("Enter");
}

/** Until the page waits for the person again. */
export const settled = (page: Page) => page.getByRole("button", { name: "Ask", exact: true }).waitFor();

/** Another endpoint: a project of an organization. */
export async function choose(page: Page, organization: string, project: string): Promise<void> {
  await page.locator(".endpoint summary").click();
  await page.getByLabel("Organization").fill(organization);
  await page.getByLabel("Project").fill(project);
  await page.getByRole("button", { name: "Use" }).click();
}
