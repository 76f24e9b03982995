// Data in a form that looks like what it is.
import type { Json } from "./protocol.ts";

/**
 * Signs that nobody sees, that look like a space, or that turn the order of others round. For what is only looked at:
 * what a person agrees to is written by the server (crates/approval).
 */
const HIDDEN =
  /[\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\uFFFC\u{13440}\u{16FE4}\u{1D159}]|(?! )\p{Zs}|\p{Variation_Selector}|(?![\n\t])\p{Cc}/gu;

/** Of those what languages and emoji need, and what is seen: joiners, selectors, spaces, and the marks of Arabic and Syriac numbers. */
const NEEDED = /[\p{Zs}\p{Variation_Selector}\r\u200C\u200D\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/u;

const writtenOut = (sign: string): string => `\\u{${sign.codePointAt(0)!.toString(16)}}`;

/** With every hidden sign written out: for data, of which each sign counts. */
export const revealed = (text: string): string => text.replace(HIDDEN, writtenOut);

/** With every sign written out that hides something or turns it round, and no other: for prose, in any language. */
export const readable = (text: string): string => text.replace(HIDDEN, (sign) => (NEEDED.test(sign) ? sign : writtenOut(sign)));

export const asJson = (value: Json): string => revealed(JSON.stringify(value, null, 2));

/** A tool's answer: JSON as code, anything else as the Markdown that it is. */
export function asMarkdown(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return "```json\n" + JSON.stringify(JSON.parse(text), null, 2).replaceAll("```", "\\u0060``") + "\n```";
  } catch {
    return text;
  }
}

/** `search_issues` as words. */
export function toolTitle(name: string, target?: string): string {
  const words = (target ?? name).replaceAll(/[_/]+/g, " ").trim();
  return words ? words[0]!.toUpperCase() + words.slice(1) : name;
}

export const duration = (ms: number): string => (ms < 950 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`);

/** The arguments in a line. */
export function inShort(value: Record<string, Json>): string {
  const words = Object.entries(value).map(([name, one]) => `${name}: ${typeof one === "string" ? one : JSON.stringify(one)}`);
  const line = revealed(words.join(", ")).replaceAll(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
