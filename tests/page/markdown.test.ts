// Markdown of strangers as elements, before a browser sees them: which there are, and with which attributes.
import fc from "fast-check";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { folded } from "../../web/chat/folded.ts";
import { highlight, plain } from "../../web/chat/highlight.ts";
import { Markdown } from "../../web/chat/markdown.tsx";

const sentry = "https://sentry.io";
const html = (text: string) => renderToString(h(Markdown, { text, sentry })).replace(/^<div class="prose">|<\/div>$/g, "");

const ELEMENTS = /^(details|summary|div|p|bdi|h[3-6]|ul|ol|li|blockquote|pre|code|span|button|table|thead|tbody|tr|th|td|hr|br|strong|em|del|a|input)$/;
const ATTRIBUTES = /^(class|dir|href|target|rel|start|type|checked|disabled|aria-label|aria-live|role|tabindex)$/;

/** Every element that is drawn is one of ours, and every link leads to Sentry. */
function isHarmless(drawn: string): void {
  for (const [, name, attributes] of drawn.matchAll(/<([a-z][^\s/>]*)([^>]*)>/gi)) {
    expect(name).toMatch(ELEMENTS);
    for (const [, attribute] of attributes!.matchAll(/ ([^\s=>"]+)(?:="[^"]*")?/g)) expect(attribute).toMatch(ATTRIBUTES);
  }
  for (const [, href] of drawn.matchAll(/ href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/([a-z0-9-]+\.)*sentry\.io\//);
}

// rule: chat-page/words-drawn-not-parsed
describe("Markdown", () => {
  it.each([
    ["# A *title*", "<h3>A <em>title</em></h3>"],
    ["###### Deep", "<h6>Deep</h6>"],
    ["a **b** ~~c~~ `d<e`", "<p>a <strong>b</strong> <del>c</del> <code>d&lt;e</code></p>"],
    ["3. x\n4. y", '<ol start="3"><li>x</li><li>y</li></ol>'],
    ["- [x] a", '<input type="checkbox" checked disabled aria-label="done"/>'],
    ["> q", "<blockquote><p>q</p></blockquote>"],
    ["a  \nb\n\n---", "<p>a<br/>b</p><hr/>"],
    ["|a|b|\n|-|-|\n|1|2|", "<tbody><tr><td>1</td><td>2</td></tr></tbody>"],
    ["```json\n{\"a\": 1}\n```", '<span class="is-var">&quot;a&quot;</span>'],
    ["```nonsense\n<x>\n```", "<code>&lt;x></code>"],
    ["1 &lt; 2 \\* 3", "1 &amp;lt; 2 * 3"],
  ])("%j", (text, drawn) => {
    expect(html(text)).toContain(drawn);
    isHarmless(html(text));
  });

  it.each([
    ["[open](https://sentry.io/issues/1)", '<a href="https://sentry.io/issues/1" target="_blank" rel="noopener noreferrer">open</a> <bdi dir="ltr" class="address-of quiet">(sentry.io/issues/1)</bdi>'],
    ["https://acme.sentry.io/issues/1", '<p><a href="https://acme.sentry.io/issues/1" target="_blank" rel="noopener noreferrer"><bdi dir="ltr">acme.sentry.io/issues/1</bdi></a></p>'],
    ["<https://acme.sentry.io/issues/1>", '<bdi dir="ltr">acme.sentry.io/issues/1</bdi></a></p>'],
    ["[acme.sentry.io/issues/1](https://acme.sentry.io/issues/1)", '<bdi dir="ltr">acme.sentry.io/issues/1</bdi></a></p>'],
    // Words that pretend to be another address stand beside the one that they lead to.
    ["[acme.sentry.io/issues/1](https://other.sentry.io/issues/2)", '>acme.sentry.io/issues/1</a> <bdi dir="ltr" class="address-of quiet">(other.sentry.io/issues/2)</bdi>'],
    ["[a](https://o1.ingest.sentry.io/api/1/store/?sentry_data=secret)", '<p>a <bdi dir="ltr">(https://o1.ingest.sentry.io/api/1/store/?sentry_data=secret)</bdi></p>'],
    ["[a](https://acme.sentry.io/issues/1/?next=secret)", '<p>a <bdi dir="ltr">(https://acme.sentry.io/issues/1/?next=secret)</bdi></p>'],
    ["[a](https://evil.example/\u202Ex)", '<p>a <bdi dir="ltr">(https://evil.example/\\u{202e}x)</bdi></p>'],
    ["write to ada@sentry.io or <ada@sentry.io>", "<p>write to ada@sentry.io or &lt;ada@sentry.io></p>"],
    ["mailto:ada@sentry.io www.sentry.io ftp://sentry.io/issues/", "<p>mailto:ada@sentry.io www.sentry.io ftp://sentry.io/issues/</p>"],
    ["[ada@sentry.io](mailto:ada@sentry.io)", '<p><bdi dir="ltr">mailto:ada@sentry.io</bdi></p>'],
    ["[a](mailto:ada@sentry.io)", '<p>a <bdi dir="ltr">(mailto:ada@sentry.io)</bdi></p>'],
    ["[sentry.io](https://evil.example/?q=secret)", 'sentry.io <bdi dir="ltr">(https://evil.example/?q=secret)</bdi>'],
    ["https://evil.example/x", '<p><bdi dir="ltr">https://evil.example/x</bdi></p>'],
    ["[a](javascript:alert(1))", 'a <bdi dir="ltr">(javascript:alert(1))</bdi>'],
    ["[a](/oauth/authorize)", 'a <bdi dir="ltr">(/oauth/authorize)</bdi>'],
    ["[a][b]\n\n[b]: https://evil.example", 'a <bdi dir="ltr">(https://evil.example)</bdi>'],
    ["![alt](https://evil.example/p.png?secret)", '<p>alt <bdi dir="ltr">(https://evil.example/p.png?secret)</bdi></p>'],
    ["![alt](https://sentry.io/p.png)", '<p>alt <bdi dir="ltr">(https://sentry.io/p.png)</bdi></p>'],
    ["[![x](https://evil.example/p)](https://sentry.io/issues/)", '<a href="https://sentry.io/issues/" target="_blank" rel="noopener noreferrer">x <bdi dir="ltr">(https://evil.example/p)</bdi></a> <bdi dir="ltr" class="address-of quiet">(sentry.io/issues/)</bdi>'],
    ["<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)>"],
    ["a <b onclick=x>b</b>", "a &lt;b onclick=x>b&lt;/b>"],
    ["<script>alert(1)</script>", "&lt;script>alert(1)&lt;/script>"],
    ["<a href='https://sentry.io/'>x</a>", "&lt;a href='https://sentry.io/'>x&lt;/a>"],
    ["<https://evil.example>", '<p><bdi dir="ltr">https://evil.example</bdi></p>'],
  ])("of a stranger does nothing: %j", (text, drawn) => {
    expect(html(text)).toContain(drawn);
    expect(html(text)).not.toMatch(/<(img|script|b|iframe)\b/);
    isHarmless(html(text));
  });

  it.each([
    ["words", "see\u202e this", "<p>see\\u{202e} this</p>"],
    ["a heading", "# a\u2067b", "<h3>a\\u{2067}b</h3>"],
    ["a link's words", "[a\u200f](https://evil.example)", '<p>a\\u{200f} <bdi dir="ltr">(https://evil.example)</bdi></p>'],
    ["code", "`a\u202eb`", "<code>a\\u{202e}b</code>"],
    ["a block of code", "```js\n// a\u2066b\r\n```", "// a\\u{2066}b</span>"],
    ["a tag", "<b\u202e>", "&lt;b\\u{202e}>"],
    ["an image", "![a\u202e](https://evil.example/\u202ep)", '<p>a\\u{202e} <bdi dir="ltr">(https://evil.example/\\u{202e}p)</bdi></p>'],
    ["a cell", "|a|\n|-|\n|\u061cb|", "<td>\\u{61c}b</td>"],
    ["what is too deep to be read", `${"> ".repeat(40)}a\u202e`, "a\\u{202e}"],
    ["what is too long to be read", `a\u202e\r\n${"b\n".repeat(4_001)}`, "<pre>a\\u{202e}\r\nb"],
  ])("writes out what turns others round in %s", (_, text, drawn) => {
    expect(html(text)).toContain(drawn);
  });

  const part = fc.oneof(
    fc.string(),
    fc.constantFrom("[", "](", ")", "![", "<", ">", "`", "```", "\n", "\n\n", "> ", "- ", "1. ", "|", "|-|", "*", "**", "_", "~~", "&#x6a;", "\\", "javascript:", "https://sentry.io/", "https://evil.example/", 'onload="', "<img src=", "<script>", "[a]: "),
  );
  it("turns nothing round, in any mixture", () => {
    const sign = fc.constantFrom("\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\u200b", "\ufeff", "\u{e0041}");
    fc.assert(fc.property(fc.array(fc.oneof(part, sign), { maxLength: 30 }), (parts) => void expect(html(parts.join(""))).not.toMatch(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0041}]/u)));
  });

  it("is harmless in any mixture", () => {
    fc.assert(fc.property(fc.array(part, { maxLength: 30 }), (parts) => isHarmless(html(parts.join("")))), { numRuns: 3000 });
  });

  // rule: chat-page/markdown-bounded: Markdown is read in bounded time: no links to mail addresses, bounded lines,
  //    runs, levels and readings
  it("of one paragraph that is longer than anybody writes is text", () => {
    const long = `${"*a* ".repeat(1_100)}end`;
    expect(html(long) === `<p>${long}</p>`).toBe(true);
    expect(html(`${long}\n\n*b*`), "the rest is not").toContain("<p><em>b</em></p>");
  });

  // rule: chat-page/markdown-bounded
  it("of more paragraphs than can be read at once is text from there on", () => {
    const paragraph = `${"*a* ".repeat(500)}\n\n`;
    const drawn = html(paragraph.repeat(30));
    expect(drawn).toContain("<em>a</em>");
    expect(drawn).toContain("*a* *a*");
    expect(drawn.match(/<p>/g)).toHaveLength(30);
  });

  // rule: chat-page/markdown-bounded
  it("of more lines, or of lines more often read again, than anybody writes is text as a whole", () => {
    const [lines, lazy, quotes] = ["*a*\n".repeat(4_001), `- *a*\n${"b c d\n".repeat(3_900)}`, `${">".repeat(9)} *a*\n`.repeat(1_000)];
    for (const text of [lines, lazy, quotes]) expect(html(text).startsWith("<pre>")).toBe(true);
    expect(html("*a*\n\n".repeat(1_999))).toContain("<em>a</em>");
  });

  // rule: chat-page/markdown-bounded
  it("of a tool that answers as much as it may is drawn whole", () => {
    const row = (n: number) => `| ${n} | [WEB-${n}](https://acme.sentry.io/issues/${n}/) | **error** in \`f\` of checkout, seen ${n} times |\n`;
    const table = `| n | issue | what |\n|-|-|-|\n${Array.from({ length: 240 }, (_, n) => row(n)).join("")}`;
    expect(html(table).match(/<strong>/g)).toHaveLength(240);
    const list = Array.from({ length: 400 }, (_, n) => `${"  ".repeat(n % 4)}- **a** \`${n}\` seen by everybody\n`).join("");
    expect(html(list).match(/<strong>/g)).toHaveLength(400);
    const prose = Array.from({ length: 60 }, () => `${"The *cause* is in `checkout`. ".repeat(13)}\n\n`).join("");
    expect(html(prose).match(/<em>/g)).toHaveLength(780);
  });

  // rule: chat-page/markdown-bounded
  it("nested deeper than anybody writes is text from there on", () => {
    const drawn = html(`${"> ".repeat(40)}deep`);
    expect(drawn.match(/<blockquote>/g)!.length).toBeLessThanOrEqual(12);
    expect(drawn).toContain("deep");
  });

  it.each([
    ["quotes", ">".repeat(50_000)],
    ["lists", Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n)}- a`).join("\n").slice(0, 90_000)],
    ["brackets", "[".repeat(50_000)],
    ["stars", "*a **b ".repeat(10_000)],
    ["ticks", "`".repeat(50_000)],
    ["rules", "|".repeat(50_000)],
    ["too much", "word ".repeat(100_000)],
  ])("of nothing but %s is drawn within two seconds", (_, text) => {
    const started = performance.now();
    isHarmless(html(text));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("a stack trace", () => {
  const call = (n: number, more = "") => `   ${n} f (a.py:${n})${more}`;
  it("has its calls in libraries folded, where there are several in a row", () => {
    const library = [3, 4, 5].map((n) => call(n, " [library]"));
    const drawn = html(["```", "Boom", call(1), call(2, " [library]"), ...library, call(6), call(7, " [library]"), "```"].join("\n"));
    expect(drawn).toContain("<summary>4 calls in libraries</summary>");
    expect(drawn.match(/<pre/g)).toHaveLength(3);
    expect(drawn).toContain("6 f (a.py:6)\n   7 f (a.py:7) [library]");
    isHarmless(drawn);
  });

  it("is the same text in parts", () => {
    const lines = fc.array(fc.constantFrom("Boom", "", call(1), call(2, " [library]"), "  > 3 | x [library]"));
    fc.assert(fc.property(lines, (all) => void expect(folded(all.join("\n")).map(({ text }) => text).join("\n")).toBe(all.join("\n"))));
    expect(folded("a\n1 [library] b")).toHaveLength(1);
  });
});

// rule: chat-page/code-in-colour: code in colour is the code
describe("code in colour", () => {
  it("is the code, sign for sign, in every language", () => {
    const languages = fc.constantFrom("json", "js", "ts", "python", "py", "bash", "sh", "sql", "diff", "html", undefined);
    const code = fc.array(fc.oneof(fc.string(), fc.constantFrom("def f(x):\n", '"', "'", "`${", "}", "/*", "//", "#", "{", "<a b='c'>", "\\", "SELECT 1", "@@ -1 +1 @@\n+x"))).map((parts) => parts.join(""));
    fc.assert(fc.property(code, languages, (text, language) => void expect(plain(highlight(text, language))).toBe(text)), { numRuns: 1000 });
  });

  it.each([
    ["javascript", "const a = 1; // b", ["kwd", "num", "cmnt"]],
    ["python", "def f():\n    return 'x'", ["kwd", "func", "str"]],
    ["ts", "const a: string = `x`;", ["kwd", "type", "str"]],
    ["sql", "SELECT 1", ["kwd", "num"]],
    ["diff", "-a\n+b", ["deleted", "insert"]],
  ])("has kinds: %s", (language, code, kinds) => {
    const found = JSON.stringify(highlight(code, language));
    for (const kind of kinds) expect(found).toContain(`"kind":"${kind}"`);
  });

  it("is left alone where it is long", () => {
    expect(highlight("1\n".repeat(20_000), "json")).toHaveLength(1);
    expect(highlight(`{"a": 1}\n${"a".repeat(301)}`, "json")).toHaveLength(1);
  });
});
