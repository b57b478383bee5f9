// What a file is, by its first bytes and never by what somebody says (W19.2): a page that calls itself a
// picture must not be shown as a page. SVG is none of these: it is a document that can hold scripts.

/** So many bytes of the beginning tell. */
const HEAD_BYTES = 64;

/** Shown by a browser as they are; everything else is only ever downloaded. */
const PICTURES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);

/** Where it stands, what stands there, and what that is. */
const MAGIC: [at: number, bytes: string, type: string][] = [
  [0, "\x89PNG\r\n\x1a\n", "image/png"],
  [0, "\xff\xd8\xff", "image/jpeg"],
  [0, "GIF87a", "image/gif"],
  [0, "GIF89a", "image/gif"],
  [8, "WEBP", "image/webp"],
  [8, "WAVE", "audio/wav"],
  [4, "ftypavif", "image/avif"],
  [4, "ftypheic", "image/heic"],
  [4, "ftypM4A ", "audio/mp4"],
  [4, "ftypqt  ", "video/quicktime"],
  [4, "ftyp", "video/mp4"],
  [0, "\x1aE\xdf\xa3", "video/webm"],
  [0, "OggS", "application/ogg"],
  [0, "fLaC", "audio/flac"],
  [0, "ID3", "audio/mpeg"],
  [0, "%PDF-", "application/pdf"],
  [0, "PK\x03\x04", "application/zip"],
  [0, "PK\x05\x06", "application/zip"],
  [0, "\x1f\x8b", "application/gzip"],
  [0, "7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"],
];

/** The type of a file that begins so; `isText`: all of it is UTF-8 without NUL. */
export function typeOf(head: Uint8Array, isText: boolean): string {
  const begins = String.fromCharCode(...head.subarray(0, HEAD_BYTES));
  const isRiff = begins.startsWith("RIFF");
  const found = MAGIC.find(([at, bytes, type]) =>
    begins.startsWith(bytes, at) && (isRiff || type !== "image/webp" && type !== "audio/wav")
  );
  return found?.[2] ?? (isText ? "text/plain" : "application/octet-stream");
}

/** Whether a browser may show it as it is. */
export function isPicture(type: string): boolean {
  return PICTURES.has(type);
}

/** Whether what is written to it is UTF-8 without NUL, and ends where a character does. */
export class TextWatch {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #isText = true;

  write(bytes: Uint8Array): void {
    this.#isText &&= !bytes.includes(0) && this.#decodes(bytes);
  }

  /** Call it once, at the end. */
  end(): boolean {
    return this.#isText && this.#decodes();
  }

  #decodes(bytes?: Uint8Array): boolean {
    try {
      this.#decoder.decode(bytes, { stream: bytes !== undefined });
      return true;
    } catch {
      return false;
    }
  }
}
