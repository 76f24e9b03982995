// Sizes, spaces, colours, corners, shadows and durations of the pages have names, said once at the top of the stylesheet.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

// rule: home/one-place-for-design: what the pages look like is said in one place, and pieces use it by name
describe("the stylesheet", () => {
  const css = readFileSync(new URL("../../web/style.css", import.meta.url), "utf8").replace(/\/\*[^]*?\*\//g, "");
  const pieces = css.slice(css.indexOf("* { box-sizing"));
  const declared = [...pieces.matchAll(/([a-z-]+):\s*([^;{}]+);/g)].map(([, name, value]) => [name!, value!] as const);

  it("has its tokens above its pieces", () => {
    expect(pieces).not.toBe("");
    expect(css.indexOf(":root")).toBeLessThan(css.indexOf("* { box-sizing"));
  });

  it("has no colour of its own in a piece", () => {
    expect(pieces).not.toMatch(/#[0-9a-f]{3,8}\b|rgb|hsl|light-dark/i);
  });

  it.each([
    // Room that is held for something else has its size; what is relative to the text has none.
    ["spaces", /^(margin|padding|gap)/, /\d(px|rem)/, ["4.5rem"]],
    ["sizes of text", /^font(-size)?$/, /\d(px|rem)/, ["1rem", "1rem/1.5 system-ui, sans-serif"]],
    ["corners", /^border(-\w+)*-radius$/, /\d(px|rem)/, []],
    ["shadows", /^box-shadow$/, /\d(px|rem)/, []],
    ["durations", /^(transition|animation)/, /\d+m?s\b/, []],
  ])("names its %s", (_, property, literal, known) => {
    const found = declared.filter(([name, value]) => property.test(name) && literal.test(value) && !(known as string[]).includes(value));
    expect(found).toEqual([]);
    expect(declared.some(([name, value]) => property.test(name) && value.includes("var(--"))).toBe(true);
  });

  it("uses every token that it has", () => {
    const all = css + readFileSync(new URL("../../web/chat.css", import.meta.url), "utf8");
    const tokens = new Set([...css.slice(0, css.indexOf("* { box-sizing")).matchAll(/(--[\w-]+):/g)].map(([, token]) => token!));
    expect([...tokens].filter((token) => !all.includes(`var(${token})`))).toEqual([]);
  });
});
