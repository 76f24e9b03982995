// Stack traces of the tools, whose calls within libraries stand in a fold of their own.

export interface Part {
  text: string;
  /** How many calls are folded away; none where the part is shown. */
  calls?: number;
}

/** A call as the tools write it: `   3 send (requests/adapters.py:682) [library]`. */
const LIBRARY = /^\s*\d+ .*\[library\]$/;
/** Fewer than so many in a row take no more room than their fold. */
const LEAST = 3;

/** A block of code in parts; one part where there is nothing to fold. */
export function folded(code: string): Part[] {
  const parts: { lines: string[]; isLibrary: boolean }[] = [];
  for (const line of code.split("\n")) {
    const isLibrary = LIBRARY.test(line);
    const last = parts.at(-1);
    if (last?.isLibrary === isLibrary) last.lines.push(line);
    else parts.push({ lines: [line], isLibrary });
  }
  const fold = ({ lines, isLibrary }: (typeof parts)[number]) => isLibrary && lines.length >= LEAST;
  if (!parts.some(fold)) return [{ text: code }];
  const all: Part[] = [];
  for (const part of parts) {
    const text = part.lines.join("\n");
    const last = all.at(-1);
    if (fold(part)) all.push({ text, calls: part.lines.length });
    else if (last && !last.calls) last.text += `\n${text}`;
    else all.push({ text });
  }
  return all;
}
