// Markdown as tokens, with work that is bounded by the text's length. marked's rules are regular expressions, and for some
// of them a stranger can write a text that takes the square of its length, or more. So no text is read that is longer than
// an answer of a tool or a model, no run of words within it that is longer than a long paragraph, and nothing twice more
// often than honest nesting needs. What goes beyond is shown as it was written. bench/markdown.mjs measures it.
import { Lexer, type Token, Tokenizer, type Tokens, type TokensList } from "marked";

/** In UTF-16 units, as all lengths here. What is longer is shown as plain text. */
export const LONGEST = 65_536;
/** Each may begin something that has to be held against all after it. */
const MOST_LINES = 4_000;
/** Of one paragraph, heading or cell. */
const LONGEST_RUN = 2_048;
/** The squares of the lengths of all runs: forty of a thousand signs. */
const RUNS = 40_000_000;
/** What is in items and quotes, each in lines times signs, since each line may be looked at together with all after it. */
const LINES = 30_000_000;
/** Lists in quotes in lists: deeper than anybody writes. */
export const DEEPEST = 12;
/** How often the text is read in all, as quotes and lists are read again for what is in them. */
const READINGS = 8;

/** The tokens of a text; undefined where reading it would take too long. */
export function read(text: string): Token[] | undefined {
  if (text.length > LONGEST || text.split("\n", MOST_LINES + 1).length > MOST_LINES) return undefined;
  try {
    return new Reader(text.length).lex(text);
  } catch {
    // Beyond what is bounded below, or a rule of marked's that went wrong.
    return undefined;
  }
}

/** Links are made of addresses that begin with http or https only: a mail address takes marked a square of time to find. */
class Addresses extends Tokenizer {
  override url(src: string): Tokens.Link | undefined {
    return /^https?:\/\//i.test(src) ? super.url(src) : undefined;
  }

  override autolink(src: string): Tokens.Link | undefined {
    return /^<https?:\/\//i.test(src) ? super.autolink(src) : undefined;
  }
}

class Reader extends Lexer {
  #depth = 0;
  #runs = RUNS;
  #lines = LINES;
  #readings: number;

  constructor(length: number) {
    super({ gfm: true, tokenizer: new Addresses() });
    this.#readings = READINGS * length + 1_000;
  }

  override blockTokens(src: string, tokens?: Token[], lastParagraphClipped?: boolean): Token[];
  override blockTokens(src: string, tokens?: TokensList, lastParagraphClipped?: boolean): TokensList;
  override blockTokens(src: string, tokens: Token[] = [], lastParagraphClipped?: boolean): Token[] {
    this.#readings -= src.length;
    if (this.#depth > 0) this.#lines -= src.length * src.split("\n", 10_000).length;
    if (this.#readings < 0 || this.#lines < 0) throw new Error("read too often");
    if (this.#depth > DEEPEST) {
      tokens.push(plain(src));
      return tokens;
    }
    this.#depth += 1;
    try {
      return super.blockTokens(src, tokens, lastParagraphClipped);
    } finally {
      this.#depth -= 1;
    }
  }

  override inlineTokens(src: string, tokens: Token[] = []): Token[] {
    this.#runs -= src.length ** 2;
    if (src.length <= LONGEST_RUN && this.#runs >= 0) return super.inlineTokens(src, tokens);
    tokens.push(plain(src));
    return tokens;
  }
}

const plain = (text: string): Tokens.Text => ({ type: "text", raw: text, text, escaped: false });
