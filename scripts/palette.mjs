// Reduces Chromium's screenshots to a palette: for text on plain backgrounds, the 256 most common colours look the same
// at a third of the size. Reads only what Chromium writes (8 bits per channel, not interlaced).
import { crc32, deflateSync, inflateSync } from "node:zlib";

export const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");

export function withPalette(png, most = 256) {
  const picture = read(png);
  const { palette, places } = commonColors([picture], most);
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  return Buffer.concat([SIGNATURE, ...head(picture, palette), chunk("IDAT", packed(picture, whole, places)), chunk("IEND")]);
}

/** The palette of these pictures, and the index in it for every colour. */
export function commonColors(pictures, most = 256) {
  const counts = new Map();
  for (const { pixels } of pictures) for (const color of pixels) counts.set(color, (counts.get(color) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, most).map(([color]) => color);
  const places = new Map(palette.map((color, place) => [color, place]));
  for (const color of counts.keys()) if (!places.has(color)) places.set(color, nearest(color, palette));
  return { palette, places };
}

/** Writes IHDR and PLTE; `between` comes between them. */
export function head({ width, height }, palette, between = []) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return [chunk("IHDR", header), ...between, chunk("PLTE", Buffer.from(palette.flatMap(channels)))];
}

/** The compressed data of a part of a picture, for IDAT. */
export function packed({ width, pixels }, part, places) {
  const rows = Buffer.alloc(part.height * (part.width + 1));
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) rows[y * (part.width + 1) + 1 + x] = places.get(pixels[(part.y + y) * width + part.x + x]);
  }
  return deflateSync(rows, { level: 9 });
}

const channels = (color) => [color >> 16, (color >> 8) & 255, color & 255];

function nearest(color, palette) {
  const wanted = channels(color);
  const distance = (other) => channels(other).reduce((sum, value, n) => sum + (value - wanted[n]) ** 2, 0);
  return palette.reduce((best, other, place) => (distance(other) < distance(palette[best]) ? place : best), 0);
}

export function chunk(type, data = Buffer.alloc(0)) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = [Buffer.alloc(4), Buffer.alloc(4)];
  ends[0].writeUInt32BE(data.length);
  ends[1].writeUInt32BE(crc32(body));
  return Buffer.concat([ends[0], body, ends[1]]);
}

export function read(png) {
  const found = { IHDR: [], IDAT: [] };
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    found[png.toString("latin1", at + 4, at + 8)]?.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [header] = found.IHDR;
  const [width, height, depth, type, interlaced] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9], header[12]];
  if (depth !== 8 || ![2, 6].includes(type) || interlaced) throw new Error("not a picture of Chromium's");
  const size = type === 6 ? 4 : 3;
  const stride = width * size;
  const raw = inflateSync(Buffer.concat(found.IDAT));
  const bytes = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const here = y * stride + x;
      const left = x < size ? 0 : bytes[here - size];
      const up = y === 0 ? 0 : bytes[here - stride];
      const corner = x < size || y === 0 ? 0 : bytes[here - stride - size];
      bytes[here] = raw[y * (stride + 1) + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
  }
  const pixels = Array.from({ length: width * height }, (_, n) => (bytes[n * size] << 16) | (bytes[n * size + 1] << 8) | bytes[n * size + 2]);
  return { width, height, pixels };
}

/** The Paeth predictor (PNG §9.4). */
function paeth(left, up, corner) {
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value));
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
