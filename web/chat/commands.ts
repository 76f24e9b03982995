// Slash commands: what works without a language model.
import { isObject } from "./protocol.ts";

export type Command =
  | { kind: "help" }
  | { kind: "logout" }
  | { kind: "clear" }
  /** Arguments as JSON. */
  | { kind: "call"; name: string; arguments: string }
  | { kind: "mistake"; text: string };

export const HELP = [
  "Ask in your own words, or use a command:",
  "",
  "* `/tools` lists the tools that you have here",
  '* `/call NAME {json}` runs one: `/call search_issues {"organizationSlug": "acme"}`',
  "* `/whoami` says who you are at Sentry",
  "* `/clear` removes this conversation from the browser",
  "* `/logout` signs out, ends this chat's access to your Sentry and removes the conversation",
  "* `/help` shows this",
  "",
  "What changes data in your Sentry is shown to you first, and runs only when you approve it.",
].join("\n");

/** What the menu offers, with what it does in few words. */
export const COMMANDS: [command: string, does: string][] = [
  ["/tools", "the tools that you have here"],
  ["/call", "run one: NAME {json}"],
  ["/whoami", "who you are at Sentry"],
  ["/clear", "remove this conversation"],
  ["/logout", "sign out"],
  ["/help", "all of this in sentences"],
];

/** Those that what is typed may become; none once it is one. */
export function suggested(typed: string): typeof COMMANDS {
  const word = typed.toLowerCase();
  return /^\/\S*$/.test(word) ? COMMANDS.filter(([command]) => command.startsWith(word) && command !== word) : [];
}

/** The command in what was typed; undefined where it is a question. */
export function readCommand(typed: string): Command | undefined {
  const [, word, rest] = /^\/(\S*)\s*([^]*)$/.exec(typed.trim()) ?? [];
  if (word === undefined) return undefined;
  switch (word.toLowerCase()) {
    case "help":
      return { kind: "help" };
    case "logout":
      return { kind: "logout" };
    case "clear":
      return { kind: "clear" };
    case "whoami":
      return { kind: "call", name: "whoami", arguments: "{}" };
    case "tools":
      return { kind: "call", name: "tools/list", arguments: "{}" };
    case "call":
      return readCall(rest ?? "");
    default:
      return { kind: "mistake", text: `There is no command \`/${word.replaceAll("`", "")}\`. See \`/help\`.` };
  }
}

function readCall(rest: string): Command {
  const [, name, json] = /^([\w/.-]+)\s*([^]*)$/.exec(rest) ?? [];
  if (!name) return { kind: "mistake", text: "Name a tool: `/call NAME {json}`. `/tools` lists them." };
  if (!json) return { kind: "call", name, arguments: "{}" };
  try {
    if (isObject(JSON.parse(json))) return { kind: "call", name, arguments: json };
  } catch {
    // Said below, as for JSON of another kind.
  }
  return { kind: "mistake", text: `What follows \`${name}\` must be one JSON object: \`/call ${name} {"argument": "value"}\`` };
}
