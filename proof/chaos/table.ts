// What a run of chaos found, as Markdown, and how many promises it found broken.
import { markdown } from "../lib/markdown.ts";
import type { Fate, Result } from "./run.ts";
import { AGAIN, LOST, WORKS } from "./step.ts";

export function table(result: Result): { text: string; failed: number } {
  const groups = grouped(result.fates, ({ step, trigger }) => `${step} | ${trigger}`);
  const rows = [...groups].map(([where, fates]) => {
    const [during, before] = [fates.filter((fate) => fate.during), fates.filter((fate) => !fate.during)];
    const count = (list: Fate[], went: string) => list.filter((fate) => fate.went === went).length;
    return [where, during.length, count(during, AGAIN), count(during, LOST), count(before, WORKS), fates.filter(({ wrong }) => wrong).length];
  });
  const wrong = result.fates.filter((fate) => fate.wrong);
  const { linesWithoutGrant, grantsWithoutLine, twice } = result.orphans;
  const ends: [string, string[]][] = [
    ["codes that brought tokens twice", result.redeemedTwice],
    ["sessions that were answered and do not work at the end", result.dead],
    ["lines without a grant", linesWithoutGrant],
    ["grants without a line", grantsWithoutLine],
    ["lines that are there twice", twice],
    ["panics in the log", result.panics],
  ];
  const failed = wrong.length + ends.reduce((sum, [, found]) => sum + found.length, 0);
  const reasons = [...grouped(wrong, ({ step, trigger, wrong }) => `${step}, killed ${trigger}: ${wrong}`)];
  const text = [
    markdown(["step", "killed", "kills during it", "sent again, works", "lost, signed in anew", "answered before, works", "wrong"], rows),
    ...reasons.map(([reason, fates]) => `* ${fates.length} × ${reason}`),
    "",
    markdown([`at the end, of ${result.grants} grants`, "found"], ends.map(([what, found]) => [what, found.length])),
    ...ends.flatMap(([what, found]) => found.slice(0, 3).map((each) => `* ${what}: ${each}`)),
    "",
  ].join("\n");
  return { text, failed };
}

function grouped<T>(list: T[], key: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) groups.set(key(each), [...(groups.get(key(each)) ?? []), each]);
  return groups;
}
