// Chance that can be repeated.

/** Numbers from 0 up to 1, always the same ones for a seed (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function oneOf<T>(chance: () => number, list: readonly T[]): T {
  return list[Math.floor(chance() * list.length)]!;
}

/** SEED, or one that is printed where it matters. */
export function seedFrom(text: string | undefined): number {
  const seed = text ? Number(text) : Math.floor(Math.random() * 2 ** 31);
  if (!Number.isInteger(seed) || seed < 0) throw new Error(`SEED is a whole number, not '${text}'`);
  return seed;
}
