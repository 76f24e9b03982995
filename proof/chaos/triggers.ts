// When workerd is killed: at any moment of the requests that are under way, or at one that chance would seldom find.
import { type FSWatcher, existsSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { fetch as plainFetch } from "miniflare";
import { stateOfGrant } from "../../tests/support/storage.ts";
import type { KillableSite } from "../lib/killable.ts";
import { CALLBACK, DISCONNECTED, NARROWED, REDEMPTION, REFRESH, RENEWAL, REVOCATION } from "./steps.ts";

export interface Trigger {
  name: string;
  /** The step that it aims at; without one, all. */
  step?: string;
  /** Sets it up just before the requests go out; calls `fire` once or more. Answers how to take it down. */
  arm(site: KillableSite, fire: () => void, chance: () => number): () => void;
}

/** `longest`: as long as all requests take when nothing ends them, in milliseconds. Sooner rather than later: most are short. */
export const atAnyMoment = (longest: number): Trigger => ({
  name: "at any moment",
  arm: (_, fire, chance) => {
    const timer = setTimeout(fire, chance() ** 2 * longest);
    return () => clearTimeout(timer);
  },
});

/** The worker asks Sentry for tokens: nothing is stored yet, and a code or refresh token of Sentry's may be used up. */
const atSentry = (name: string, step: string, grantType: string, when: "asked" | "answered"): Trigger => ({
  name,
  step,
  arm: (site, fire) => {
    site.outgoing = async (request) => {
      if (!request.url.endsWith("/oauth/token/")) return undefined;
      const body = await request.clone().text();
      if (!body.includes(`grant_type=${grantType}`)) return undefined;
      if (when === "asked") fire();
      const { url, method, headers } = request;
      const answer = await plainFetch(url, { method, headers, body, redirect: "manual" });
      if (when === "answered") fire();
      return answer;
    };
    return () => (site.outgoing = undefined);
  },
});

/** The first change of a file in a class's folder: an object begins to write. */
const atWrite = (name: string, className: string, step: string): Trigger => ({
  name,
  step,
  arm: (site, fire) => {
    const watchers: FSWatcher[] = foldersOf(site.folder, className).map((path) => watch(path, fire));
    return () => watchers.forEach((watcher) => watcher.close());
  },
});

/** A grant's row lies in storage, and its answer is on its way: the others of its round may be anywhere before. */
const atOpening: Trigger = {
  name: "when a grant has opened",
  step: CALLBACK,
  arm: (site, fire) => {
    const opened = (file: string | null) => {
      const id = file?.split(".")[0] ?? "";
      if (stateOfGrant(site.folder, Buffer.from(id, "hex").toString("base64url"))) fire();
    };
    const watchers = foldersOf(site.folder, "GrantObject").map((path) => watch(path, (_, file) => opened(file)));
    return () => watchers.forEach((watcher) => watcher.close());
  },
};

function foldersOf(folder: string, className: string): string[] {
  const objects = join(folder, "do");
  if (!existsSync(objects)) return [];
  return readdirSync(objects).filter((name) => name.includes(className)).map((name) => join(objects, name));
}

export const aimed: Trigger[] = [
  atSentry("when Sentry was asked for tokens", CALLBACK, "authorization_code", "asked"),
  atSentry("when Sentry has answered with tokens", CALLBACK, "authorization_code", "answered"),
  atWrite("when the account was written", "AccountObject", CALLBACK),
  atWrite("when the grant was written", "GrantObject", CALLBACK),
  atOpening,
  atWrite("when the grant was written", "GrantObject", REDEMPTION),
  atWrite("when the grant was written", "GrantObject", REFRESH),
  atSentry("when Sentry was asked for a renewal", RENEWAL, "refresh_token", "asked"),
  atSentry("when Sentry has answered a renewal", RENEWAL, "refresh_token", "answered"),
  atWrite("when the grant was written", "GrantObject", RENEWAL),
  atWrite("when the grant was written", "GrantObject", REVOCATION),
  atWrite("when the grant was written", "GrantObject", NARROWED),
  atWrite("when the account was written", "AccountObject", NARROWED),
  atWrite("when the grant was written", "GrantObject", DISCONNECTED),
  atWrite("when the account was written", "AccountObject", DISCONNECTED),
];
