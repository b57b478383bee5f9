// How large a picture is, by its header (W19.2), so that a page can keep its place. Reads what strangers
// made: every read is within bounds, and what makes no sense has no size.

/** Bytes of the beginning that are looked at: before a JPEG's size may stand its whole thumbnail. */
export const PICTURE_HEAD_BYTES = 262_144;

export interface Size {
  width: number;
  height: number;
}

const READERS: Record<string, (head: Uint8Array, view: DataView) => Size | undefined> = {
  "image/png": png,
  "image/gif": gif,
  "image/jpeg": jpeg,
  "image/webp": webp,
};
const MAX_PIXELS = 65_535;

/** Of a picture of that type which begins so, as a browser shows it; undefined: it does not say. */
export function sizeOf(type: string, head: Uint8Array): Size | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    const size = READERS[type]?.(head, view);
    return size && isSane(size.width) && isSane(size.height) ? size : undefined;
  } catch (error) {
    // What it says is cut off.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isSane(pixels: number): boolean {
  return pixels >= 1 && pixels <= MAX_PIXELS;
}

function ascii(head: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...head.subarray(at, at + length));
}

function png(head: Uint8Array, view: DataView): Size | undefined {
  if (ascii(head, 12, 4) !== "IHDR") return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(_: Uint8Array, view: DataView): Size {
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function webp(head: Uint8Array, view: DataView): Size | undefined {
  switch (ascii(head, 12, 4)) {
    case "VP8 ":
      if (ascii(head, 23, 3) !== "\x9d\x01\x2a") return undefined;
      return {
        width: view.getUint16(26, true) & 0x3fff,
        height: view.getUint16(28, true) & 0x3fff,
      };
    case "VP8L": {
      if (view.getUint8(20) !== 0x2f) return undefined;
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
    default:
      return undefined;
  }
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000;
}

const START_OF_SCAN = 0xda;
const APP1 = 0xe1;

/** Goes from segment to segment up to the frame's. One that is turned by its EXIF is shown so. */
function jpeg(head: Uint8Array, view: DataView): Size | undefined {
  let isTurned = false;
  for (let at = 2;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Any number of these may fill up.
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === START_OF_SCAN) return undefined;
    const length = view.getUint16(at + 2);
    if (length < 2) return undefined;
    if (isFrame(marker)) {
      const [width, height] = [view.getUint16(at + 7), view.getUint16(at + 5)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker === APP1 && ascii(head, at + 4, 6) === "Exif\0\0") {
      isTurned ||= isTurnedBy(head.subarray(at + 10, at + 2 + length));
    }
    at += 2 + length;
  }
}

/** C4, C8 and CC among the frames are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

const ORIENTATION = 0x0112;

/** Whether the first directory of a TIFF says that width and height change places. */
function isTurnedBy(tiff: Uint8Array): boolean {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return false;
  const isLittle = ascii(tiff, 0, 2) === "II";
  const first = view.getUint32(4, isLittle);
  if (first + 2 > tiff.length) return false;
  const count = view.getUint16(first, isLittle);
  for (let index = 0; index < count; index++) {
    const at = first + 2 + index * 12;
    if (at + 12 > tiff.length) return false;
    if (view.getUint16(at, isLittle) !== ORIENTATION) continue;
    const orientation = view.getUint16(at + 8, isLittle);
    return orientation >= 5 && orientation <= 8;
  }
  return false;
}
