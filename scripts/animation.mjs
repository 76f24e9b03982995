// Makes an animation (APNG) of Chromium's screenshots. Each frame holds only what has changed, and all share one
// palette. Whoever does not play it is shown the last frame, in which something is to be seen: it is the picture of the file,
// beside the animation.
import { SIGNATURE, chunk, commonColors, head, packed, read } from "./palette.mjs";

/** `frames`: screenshots of the same size, each with its duration in milliseconds. */
export function animated(frames) {
  const pictures = frames.map(({ png, ms }) => ({ ...read(png), ms }));
  const { palette, places } = commonColors(pictures);
  const [first] = pictures;
  const shown = [{ part: { x: 0, y: 0, width: first.width, height: first.height }, ms: first.ms, picture: first }];
  for (const [n, picture] of pictures.entries()) {
    const part = n > 0 && changed(pictures[n - 1], picture);
    // A frame that looks the same extends the one before.
    if (n > 0 && !part) shown.at(-1).ms += picture.ms;
    if (part) shown.push({ part, ms: picture.ms, picture });
  }
  const last = pictures.at(-1);
  const still = chunk("IDAT", packed(last, { x: 0, y: 0, width: last.width, height: last.height }, places));
  let sequence = 0;
  const chunks = shown.flatMap(({ part, ms, picture }) => {
    const control = chunk("fcTL", numbers([sequence++, part.width, part.height, part.x, part.y], [Math.min(ms, 65_535), 1000], [0, 0]));
    const data = packed(picture, part, places);
    return [control, chunk("fdAT", Buffer.concat([numbers([sequence++]), data]))];
  });
  const times = chunk("acTL", numbers([shown.length, 0]));
  return Buffer.concat([SIGNATURE, ...head(first, palette, [times]), still, ...chunks, chunk("IEND")]);
}

/** The smallest rectangle that contains every difference. */
function changed(before, after) {
  const { width, height } = after;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (before.pixels[y * width + x] === after.pixels[y * width + x]) continue;
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), y];
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The big-endian bytes of numbers: the first in four bytes each, then in two, then in one. */
function numbers(four, two = [], one = []) {
  const out = Buffer.alloc(four.length * 4 + two.length * 2 + one.length);
  four.forEach((value, n) => out.writeUInt32BE(value, n * 4));
  two.forEach((value, n) => out.writeUInt16BE(value, four.length * 4 + n * 2));
  out.set(one, four.length * 4 + two.length * 2);
  return out;
}
