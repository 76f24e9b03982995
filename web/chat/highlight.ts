// Colours for code, as a tree of plain text and kinds: highlight.js is asked for no HTML.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import diff from "highlight.js/lib/languages/diff";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import type { Emitter } from "highlight.js";

/** Some text, or a run of them that is of one kind. */
export type Piece = string | { kind: string; pieces: Piece[] };

/** Colouring longer code would make typing slow. */
const LONGEST = 30_000;

/** What highlight.js tells of a text as it reads it. */
class Tree implements Emitter {
  readonly pieces: Piece[] = [];
  #open: Piece[][] = [this.pieces];
  openNode(scope: string): void {
    const node = { kind: /^[a-z]*/.exec(scope)![0], pieces: [] };
    this.#open.at(-1)!.push(node);
    this.#open.push(node.pieces);
  }
  closeNode(): void {
    if (this.#open.length > 1) this.#open.pop();
  }
  startScope = this.openNode;
  endScope = this.closeNode;
  addText(text: string): void {
    if (text) this.#open.at(-1)!.push(text);
  }
  toHTML(): string {
    return "";
  }
  finalize(): void {
    this.#open.length = 1;
  }
  __addSublanguage(emitter: Emitter): void {
    this.#open.at(-1)!.push(...(emitter as Tree).pieces);
  }
}

// Our sources and those of most stack traces. Others come as they are.
for (const [name, language] of Object.entries({ bash, diff, javascript, json, python, sql })) hljs.registerLanguage(name, language);
hljs.registerAliases(["ts", "tsx", "typescript"], { languageName: "javascript" });
hljs.configure({ __emitter: Tree });

/** The code in pieces; as one where the language is not known. */
export function highlight(code: string, language: string | undefined): Piece[] {
  const name = /^\w+/.exec(language ?? "")?.[0].toLowerCase();
  if (!name || !hljs.getLanguage(name) || code.length > LONGEST) return [code];
  const { _emitter, errorRaised } = hljs.highlight(code, { language: name, ignoreIllegals: true });
  // Not a sign may be lost: what cannot be coloured is shown without.
  return !errorRaised && _emitter instanceof Tree && plain(_emitter.pieces) === code ? _emitter.pieces : [code];
}

export const plain = (pieces: Piece[]): string => pieces.map((piece) => (typeof piece === "string" ? piece : plain(piece.pieces))).join("");
