// A picture as a PNG of at most 256 colours, a third of the size of what a browser makes. Meant for
// pictures of pages: few colours, and the shades between them at the edges of letters.
import { crc32, deflateSync } from "node:zlib";

const MAX_COLOURS = 256;

/** @param rgba four bytes for each pixel, from the upper left; none of them may be transparent */
export function smallPng(width: number, height: number, rgba: Uint8Array): Uint8Array {
  const pixels = new Uint32Array(width * height);
  const bytes = new DataView(rgba.buffer, rgba.byteOffset);
  const counts = new Map<number, number>();
  for (let at = 0; at < pixels.length; at++) {
    const colour = bytes.getUint32(at * 4) >>> 8;
    pixels[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = chosen(counts);
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));

  const lines = new Uint8Array((width + 1) * height);
  pixels.forEach((colour, at) => {
    lines[at + Math.floor(at / width) + 1] = places.get(colour)!;
  });
  const head = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  const colours = palette.flatMap((colour) => [colour >> 16, colour >> 8 & 255, colour & 255]);
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", head),
    ...chunk("PLTE", new Uint8Array(colours)),
    ...chunk("IDAT", deflateSync(lines, { level: 9 })),
    ...chunk("IEND", new Uint8Array()),
  ]);
}

/** The most used colour, then each time the one that is missed most: used much, and far from all. */
function chosen(counts: Map<number, number>): number[] {
  const palette: number[] = [];
  const missed = new Map([...counts.keys()].map((colour) => [colour, Infinity]));
  while (palette.length < Math.min(MAX_COLOURS, counts.size)) {
    const weight = ([colour, far]: [number, number]) => far * counts.get(colour)!;
    const [next] = [...missed].reduce((best, one) => weight(one) > weight(best) ? one : best);
    palette.push(next);
    for (const [colour, far] of missed) missed.set(colour, Math.min(far, apart(colour, next)));
  }
  return palette;
}

/** The place in the palette of the colour that differs least. */
function nearest(palette: number[], colour: number): number {
  const far = palette.map((other) => apart(other, colour));
  return far.indexOf(Math.min(...far));
}

function apart(one: number, other: number): number {
  const [r, g, b] = [16, 8, 0].map((bits) => (one >> bits & 255) - (other >> bits & 255));
  return r! * r! + g! * g! + b! * b!;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const named = new Uint8Array([...new TextEncoder().encode(name), ...data]);
  const whole = new Uint8Array(named.length + 8);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(named, 4);
  view.setUint32(named.length + 4, crc32(named));
  return whole;
}
