// Colours for code, as runs of text of one kind: the library is asked for tokens and writes no HTML.
import bash from "@speed-highlight/core/languages/bash.js";
import diff from "@speed-highlight/core/languages/diff.js";
import json from "@speed-highlight/core/languages/json.js";
import python from "@speed-highlight/core/languages/py.js";
import sql from "@speed-highlight/core/languages/sql.js";
import typescript from "@speed-highlight/core/languages/ts.js";
import { tokenizeWith } from "@speed-highlight/core/tokenize";

/** Some text, of one kind where it has one. */
export type Piece = { text: string; kind?: string };

/** Colouring longer code would make typing slow. */
const LONGEST = 10_000;

/** A longer line is no source, and some patterns take the square of its length. */
const LONGEST_LINE = 300;

// Our sources and those of most stack traces. Others come as they are.
const LANGUAGES = { bash, sh: bash, shell: bash, diff, json, python, py: python, sql, typescript, ts: typescript, tsx: typescript, javascript: typescript, js: typescript, jsx: typescript };

/** The code in pieces; as one where the language is not known. */
export function highlight(code: string, language: string | undefined): Piece[] {
  const name = /^\w+/.exec(language ?? "")?.[0].toLowerCase() ?? "";
  const whole = [{ text: code }];
  if (!Object.hasOwn(LANGUAGES, name) || code.length > LONGEST || code.split("\n").some((line) => line.length > LONGEST_LINE)) return whole;
  const pieces: Piece[] = [];
  tokenizeWith(code, LANGUAGES[name as keyof typeof LANGUAGES], (text, kind) => {
    if (text) pieces.push({ text, kind });
  }, { languages: { js: typescript, py: python } });
  // Not a sign may be lost: what cannot be coloured is shown without.
  return plain(pieces) === code ? pieces : whole;
}

export const plain = (pieces: Piece[]): string => pieces.map(({ text }) => text).join("");
