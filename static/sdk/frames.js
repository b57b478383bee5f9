// @ts-check
// Messages to frames and back (W1, W2, W11). Knows nothing of sockets.
/** @import {ClientMessage} from "../../src/client_message.ts" */
/** @import {ServerMessage} from "../../src/protocol.ts" */

/** The subprotocol in which a frame holds one message to a line. */
export const BATCHED = "snug.v1";
/** Messages in one frame (W2.3). */
const MAX_FRAME_MESSAGES = 64;
/** What one byte can count (W11.2). */
const MAX_NAME_BYTES = 255;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Bytes of a string in UTF-8. @param {string} text */
export function byteLength(text) {
  return encoder.encode(text).length;
}

/**
 * Packs encoded messages into as few frames as the limits allow.
 * @param {string[]} lines
 * @param {boolean} batched
 * @param {number} maxBytes
 */
export function packFrames(lines, batched, maxBytes) {
  if (!batched) return lines;
  /** @type {string[][]} */
  const frames = [];
  let bytes = Infinity;
  for (const line of lines) {
    const size = byteLength(line) + 1;
    const frame = frames.at(-1);
    if (frame && bytes + size <= maxBytes && frame.length < MAX_FRAME_MESSAGES) {
      frame.push(line);
      bytes += size;
    } else {
      frames.push([line]);
      bytes = size;
    }
  }
  return frames.map((frame) => frame.join("\n"));
}

/**
 * The messages of a text frame; what is not a message is left out.
 * @param {string} frame
 * @param {boolean} batched
 * @returns {ServerMessage[]}
 */
export function unpackFrame(frame, batched) {
  return (batched ? frame.split("\n") : [frame]).flatMap((line) => {
    try {
      const message = JSON.parse(line);
      return typeof message?.type === "string" ? [message] : [];
    } catch {
      return [];
    }
  });
}

/** @param {ClientMessage} message */
export function encode(message) {
  return JSON.stringify(message);
}

/**
 * A binary frame for a room (W11.1). Throws a RangeError when it is too large.
 * @param {string} room
 * @param {Uint8Array} data
 * @param {number} [maxBytes]
 */
export function packBinary(room, data, maxBytes = Infinity) {
  const name = encoder.encode(room);
  if (name.length > MAX_NAME_BYTES) {
    throw new RangeError(`a room of a longer name than ${MAX_NAME_BYTES} bytes takes no binary`);
  }
  const frame = new Uint8Array(1 + name.length + data.length);
  frame[0] = name.length;
  frame.set(name, 1);
  frame.set(data, 1 + name.length);
  if (frame.length > maxBytes) {
    throw new RangeError(`a binary frame must be no larger than ${maxBytes} bytes`);
  }
  return frame;
}

/**
 * A relayed binary frame, or null when it is none (W11.1).
 * @param {ArrayBuffer} buffer
 */
export function unpackBinary(buffer) {
  const bytes = new Uint8Array(buffer);
  const roomEnd = 1 + (bytes[0] ?? 0);
  const uidEnd = roomEnd + 1 + (bytes[roomEnd] ?? 0);
  if (bytes.length <= roomEnd || bytes.length < uidEnd) return null;
  return {
    room: decoder.decode(bytes.subarray(1, roomEnd)),
    uid: decoder.decode(bytes.subarray(roomEnd + 1, uidEnd)),
    data: bytes.subarray(uidEnd),
  };
}
