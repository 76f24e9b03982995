// How long the chat's page takes to draw Markdown that somebody wrote to hold it up. Each text has 60 KB (a search's at most 4,000 lines); ours is the page's
// own reading and drawing (web/chat/markdown.tsx), marked is its library alone, in a process that is ended after ten
// seconds. `node bench/markdown.mjs --search 2000` draws forms by chance and names the slowest of ours.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";

const SIZE = 60_000;
const fill = (piece, size = SIZE) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
/** The same in paragraphs that are as long as a run of words may be. */
const paragraphs = (piece, length = 4_000) => fill(`${fill(piece, length)}\n\n`);

const PIECES = [
  "a@", "a.", "a@b.", "a_@", "-", "mailto:", "www.", "https://", "https://a", "[", "]", "[a](", "[a](b", "![", "[a][", "[[]", "[](", "[a]: ", "[\\]", "\\[",
  "*", "**", "*a", "*a ", "*a **b ", "_a", "_ _", "~", "~~a", "`", "``a", "`a", "\\`", "<", "<a", "<a b", '<a b="', "<!--", "<![CDATA[", "<?", "</a", "&", "&amp", "&#", "!", "\\",
  "|", "|a", "a|b\n-|-\n", "|\n", "|-", ">", "> ", "> > a\n", "> a\nb\n", ">- ", "- ", "- a\n", " - a\n", "1. a\n", "- > ", "* * ", "\t", "    a\n", "#", "# a\n", "=\n", "a\n=", "---\n",
  "```\n", "~~~", "  \n", " \n", "a  \n", "\n", "<div>\n", "<div\n", "<a href\n", "(", ")", "([a](", "a*b_", "**a*", "***", "*_", "é", "\u200b",
];
const forms = () => [
  ...PIECES.map((piece) => [piece, fill(piece)]),
  ...PIECES.filter((piece) => !piece.includes("\n")).map((piece) => [`${piece} in paragraphs`, paragraphs(piece)]),
  ["deeper and deeper lists", fill(Array.from({ length: 400 }, (_, n) => `${" ".repeat(n)}- a\n`).join(""))],
  ["quotes in and out", fill(Array.from({ length: 40 }, (_, n) => `${"> ".repeat(n % 20)}a\n`).join(""))],
  ["quotes that go on lazily", fill(`${"> ".repeat(10)}a\nb\n`)],
  ["a table of many columns", `${fill("|a", 20_000)}\n${fill("|-", 20_000)}\n${fill("|*b", 20_000)}`],
  ["a table of many rows", `|a|b|\n|-|-|\n${fill("|*a*|`b`|\n", SIZE - 20)}`],
  ["names without an end", fill("[a]: b\n[") ],
];

const folder = mkdtempSync(join(tmpdir(), "markdown-"));
try {
  const page = await built(
    'import { h } from "preact"; import { renderToString } from "preact-render-to-string"; import { Markdown } from "./web/chat/markdown.tsx";' +
      'export const draw = (text) => renderToString(h(Markdown, { text, sentry: "https://sentry.io" })).length;',
    "page",
  );
  page.draw("warm *up* [a](b) `c`\n\n- d");
  const search = process.argv.indexOf("--search");
  if (search > 0) searched(page, Number(process.argv[search + 1]) || 1000);
  else await table(page);
} finally {
  rmSync(folder, { recursive: true });
}

async function table(page) {
  const alone = join(folder, "marked.mjs");
  bundle('import { lexer } from "marked"; let text = ""; process.stdin.on("data", (data) => (text += data)).on("end", () => { const begun = performance.now(); lexer(text); process.stdout.write(String(performance.now() - begun)); });', alone);
  const rows = forms().map(([name, text]) => {
    const ours = took(() => page.draw(text));
    const other = spawnSync("node", [alone], { input: text, encoding: "utf8", timeout: 10_000 });
    return { name, ours, marked: other.status === 0 ? Number(other.stdout) : Infinity };
  });
  rows.sort((a, b) => b.ours - a.ours);
  const row = ({ name, ours, marked }) => `| ${JSON.stringify(name).replaceAll("|", "\\|")} | ${ours.toFixed(0)} | ${Number.isFinite(marked) ? marked.toFixed(0) : "> 10,000"} |`;
  console.log(["| 60 KB of | ours, ms | marked alone, ms |", "|---|---|---|", ...rows.map(row)].join("\n"));
}

function searched(page, rounds) {
  const found = [];
  const any = () => PIECES[Math.floor(Math.random() * PIECES.length)];
  for (let round = 0; round < rounds; round++) {
    const piece = Array.from({ length: 1 + Math.floor(Math.random() * 4) }, any).join("");
    const [before, after] = [Math.random() < 0.3 ? any() : "", Math.random() < 0.3 ? any() : ""];
    const inside = Math.random() < 0.5 ? paragraphs(piece) : fill(piece);
    const text = (before + inside.slice(0, SIZE - 20) + after).split("\n", 4_000).join("\n");
    found.push([took(() => page.draw(text)), JSON.stringify([before, piece, after, inside.includes("\n\n")])]);
    found.sort(([a], [b]) => b - a).splice(20);
  }
  for (const [ms, text] of found) console.log(`${ms.toFixed(0)} ms ${text}`);
}

function took(act) {
  const begun = performance.now();
  act();
  return performance.now() - begun;
}

async function built(contents, name) {
  const outfile = join(folder, `${name}.mjs`);
  bundle(contents, outfile);
  return import(pathToFileURL(outfile).href);
}

function bundle(contents, outfile) {
  buildSync({ stdin: { contents, resolveDir: "." }, bundle: true, format: "esm", platform: "node", outfile, jsx: "automatic", jsxImportSource: "preact", define: { "process.env.NODE_ENV": '"production"' } });
}
