// make screenshots: takes pictures of every page (wide, on a phone, dark) and of the chat in use, into docs/screens/.
// It also takes the picture that others show beside a link to us, web/og.png. It uses the built worker, the local Sentry
// and a real browser; only the number of colours is reduced. With names (ONLY="home chat"), only these are taken.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Response } from "miniflare";
import { approve, scripted, signedIn } from "../tests/support/chat-page.ts";
import { startBrowser } from "../tests/support/browser.ts";
import { startDemoSentry } from "../tests/support/demo-sentry.ts";
import { authorizationUrl, refresh, register, rpc, signIn } from "../tests/support/oauth.ts";
import { Person } from "../tests/support/person.ts";
import { ask, conversation, settled } from "../tests/support/made-up.ts";
import { startWorker } from "../tests/support/worker.ts";
import { record } from "./recording.mjs";
import { recordTerminal } from "./terminal.mjs";
import { withPalette } from "./palette.mjs";

const folder = join(dirname(import.meta.dirname), "docs", "screens");
/** Maximum size of a picture in bytes, to keep the repository small. */
const HEAVIEST = 50 * 1024;
const HEAVIEST_RECORDING = 1024 * 1024;
const HEAVIEST_PREVIEW = 4 * 1024;
const only = process.argv.slice(2);

const loopback = "http://127.0.0.1:33418/callback";
const documents = new Map([
  ["https://editor.example/oauth/client.json", { client_name: "Example Editor", redirect_uris: [loopback], token_endpoint_auth_method: "none" }],
  ["https://agents.example/oauth/client.json", { client_name: "Hosted Agents", redirect_uris: ["https://callback.example/oauth"] }],
  ["https://broken.example/oauth/client.json", { client_id: "https://broken.example/client.json", client_name: "Broken Editor", redirect_uris: [loopback], token_endpoint_auth_method: "client_secret_basic" }],
]);
const outgoing = ({ url }) => {
  const found = documents.get(url);
  return found && new Response(JSON.stringify({ client_id: url, ...found }), { headers: { "content-type": "application/json" } });
};
const described = (client_id) => ({ client_id, redirect_uris: documents.get(client_id).redirect_uris });

const views = {
  wide: { viewport: { width: 960, height: 800 } },
  wider: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 960, height: 800 }, colorScheme: "dark" },
  phone: { viewport: { width: 375, height: 667 } },
  // Everything in one picture, for the README.
  whole: { viewport: { width: 720, height: 1180 } },
};

const [sentry, browser] = await Promise.all([startDemoSentry(), startBrowser()]);
const worker = await startWorker({ sentry: sentry.url, outgoing, vars: scripted(sentry) });
let tooHeavy = 0;
try {
  if (only.length === 0) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const editor = described("https://editor.example/oauth/client.json");
  await signIn(worker, { client: editor, person: unhurried() });
  await noLongerNew();
  const unverified = await register(worker, { client_name: "Totally Sentry", redirect_uris: ["https://app.example/cb"] });
  const scheme = await register(worker, { client_name: "Desktop Editor", redirect_uris: ["editor.example:/oauth/callback"] });
  const link = (client, changed) => authorizationUrl(worker, client, changed).href;
  const broken = described("https://broken.example/oauth/client.json");

  await picture("consent", link(editor), ["wide", "dark", "phone", "whole"]);
  await picture("consent-project", link(editor, { resource: `${worker.origin}/mcp/lighthouse-books/checkout`, scope: "org:read event:write" }), ["phone"]);
  await picture("consent-unverified", link(unverified), ["wide", "phone"]);
  await picture("consent-elsewhere", link(described("https://agents.example/oauth/client.json")), ["wide", "phone"]);
  await picture("leaving", link(scheme), ["wide"], async (page) => {
    await page.getByRole("button", { name: "Deny" }).click();
    await page.getByText("You can close this window").waitFor();
  });
  await picture("error-request", link(unverified, { scope: "nonsense" }), ["wide", "phone"]);
  await picture("error-document", link(broken), ["wide", "dark", "phone"]);
  await picture("error-redirect", link(editor, { redirect_uri: "https://elsewhere.example/cb" }), ["wide"]);
  await picture("error-return", `${worker.origin}/oauth/callback?state=x`, ["phone"]);
  await picture("error-path", link(editor, { resource: `${worker.origin}/mcp/lighthouse-bokos/checkout` }), ["wide", "phone"], async (page) => {
    await page.getByRole("button", { name: "Approve" }).click();
    await page.waitForURL(`${sentry.url}/**`);
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("There is no such organization").waitFor();
  });
  await picture("error-missing", `${worker.origin}/nowhere`, ["wide", "dark", "phone"]);
  await picture("tools", `${worker.origin}/tools`, ["wide", "dark", "phone"]);
  if (wanted("og")) await preview();
  await picture("endpoint", `${worker.origin}/mcp/lighthouse-books?readonly=1`, ["wide", "dark", "phone"]);
  await picture("check", `${worker.origin}/oauth/check?client_id=${broken.client_id}`, ["wide", "dark", "phone"], checked);
  await picture("check-good", `${worker.origin}/oauth/check?client_id=${editor.client_id}`, ["wide"], checked);
  await picture("home", `${worker.origin}/`, ["wide", "wider", "dark", "phone"], (page) => page.getByRole("button", { name: "Sign in with Sentry" }).waitFor());
  await picture("chat", `${worker.origin}/`, ["wider", "dark", "phone"], answered);
  await picture("chat-confirm", `${worker.origin}/`, ["wide", "phone"], async (page) => {
    await answered(page);
    await ask(page, "Resolve it");
    await page.getByRole("button", { name: "Approve" }).waitFor();
    await settled(page);
  });
  if (wanted("chat-recording")) keep("chat-recording", await record(browser, { sentry, worker }), HEAVIEST_RECORDING);
  if (wanted("terminal")) keep("terminal", await recordTerminal(browser, worker), HEAVIEST_RECORDING);
  await changing(await signIn(worker, { client: unverified, person: unhurried(), choices: { skills: ["inspect", "triage"] } }));
  await picture("account", `${worker.origin}/account`, ["wide", "dark", "phone"], ofMine);
  await picture("account-revoke", `${worker.origin}/account`, ["wide", "phone"], async (page) => {
    await ofMine(page);
    await page.getByText("Revoke …", { exact: true }).first().click();
    await page.getByRole("button", { name: "Revoke Totally Sentry" }).evaluate((button) => button.scrollIntoView({ block: "center" }));
  });
  await picture("account-kept", `${worker.origin}/account`, ["wide", "phone"], async (page) => {
    await ofMine(page);
    await page.getByText("Delete my data here …").click();
    await page.getByRole("button", { name: "Delete my data here" }).scrollIntoViewIfNeeded();
  });
  await picture("history", `${worker.origin}/account`, ["wide", "dark", "phone"], async (page) => {
    await ofMine(page);
    await page.getByRole("link", { name: "Read the history" }).click();
    await page.getByText("update_issue").first().waitFor();
  });
} finally {
  await Promise.all([worker.stop(), sentry.stop(), browser.close()]);
}
process.exit(tooHeavy > 0 ? 1 : 0);

/**
 * Removes the mark of a new client. It needs sign-ins of three people, and the local Sentry does not have that many.
 * The worker writes it only after its answer, so this waits for it.
 */
async function noLongerNew() {
  const kv = await worker.miniflare.getKVNamespace("OAUTH_KV");
  for (let tries = 0; tries < 50; tries++) {
    for (const { name } of (await kv.list({ prefix: "document:" })).keys) {
      const { newcomer, ...rest } = JSON.parse(await kv.get(name));
      if (newcomer) return await kv.put(name, JSON.stringify(rest));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("a completed sign-in was not noted");
}

/** The page of connected apps, by way of Sentry. */
async function ofMine(page) {
  await page.getByRole("button", { name: "Approve" }).click();
  await page.waitForURL(`${worker.origin}/account`);
}

/** A person for each of whose steps the history has another second. */
function unhurried() {
  const person = new Person();
  for (const step of ["decide", "atSentry"]) {
    const act = person[step].bind(person);
    person[step] = async (...given) => (await aSecond(), act(...given));
  }
  return person;
}

function aSecond() {
  return new Promise((resolve) => setTimeout(resolve, 1_100));
}

/** Something that the history can tell. */
async function changing({ client, tokens }) {
  await aSecond();
  const args = { organizationSlug: "lighthouse-books", issueId: "CHECKOUT-1", status: "resolved", reason: "Fixed." };
  await (await rpc(worker, tokens.access_token, { method: "tools/call", params: { name: "update_issue", arguments: args } })).text();
  await aSecond();
  const next = await (await refresh(worker, client, tokens.refresh_token)).json();
  await refresh(worker, client, next.refresh_token);
  await (await refresh(worker, client, tokens.refresh_token)).text();
}

/** Presses the button that checks what is in the address bar. */
async function checked(page) {
  await page.getByRole("button", { name: "Check" }).click();
  await page.locator(".rows").waitFor();
}

/** Signs in, asks a question and waits for the answer. */
async function answered(page) {
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Sign in with Sentry" }).click();
  await approve(await opened, { sentry, worker });
  await signedIn(page).waitFor();
  await ask(page, "What broke today?");
  await conversation(page).getByText("The latest trouble is").waitFor();
  await settled(page);
  await page.locator(".chat").evaluate((chat) => chat.scrollIntoView({ block: "center" }));
}

function wanted(name) {
  return only.length === 0 || only.includes(name);
}

async function picture(name, url, which, before) {
  if (!wanted(name)) return;
  for (const view of which) {
    const context = await browser.newContext({ ...views[view], reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(url);
    await before?.(page);
    await page.waitForLoadState();
    keep(`${name}-${view}`, withPalette(await page.screenshot()), HEAVIEST);
    await context.close();
  }
}

/** The first page's headline and picture alone. It weighs as much as a page's code, so it has few pixels and colours. */
async function preview() {
  const context = await browser.newContext({ viewport: { width: 600, height: 315 }, bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${worker.origin}/`);
  const content = `
    .connect, .chat, .more, .copied, .links, .lead, .intro .quiet, .story .card:last-of-type, .story .badge { display: none !important }
    .story .card { box-shadow: none }
    body.home { padding: 1.5rem 2rem }
    .home main { padding: 2rem 0 0 }
    .home .intro { display: block }
    .home h1 { margin: 0 0 1.5rem; font-size: 2.25rem; line-height: 1.1; text-wrap: balance }
    .story { font-size: 1.0625rem }`;
  await page.addStyleTag({ content });
  keep("og", withPalette(await page.screenshot(), 5), HEAVIEST_PREVIEW, "web");
  await context.close();
}

function keep(name, png, heaviest, place = "docs/screens") {
  writeFileSync(join(dirname(import.meta.dirname), place, `${name}.png`), png);
  if (png.length > heaviest) tooHeavy += 1;
  console.log(`${png.length > heaviest ? "HEAVY" : "ok   "}  ${place}/${name}.png (${(png.length / 1024).toFixed(0)} KiB)`);
}
