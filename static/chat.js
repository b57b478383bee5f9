// @ts-check
// Snug's client for browsers, Deno and Node 22: what is said arrives once, and what others say comes
// once and in order, over any number of lost connections. docs/PROTOCOL.md is the wire beneath.
/** @import {Entry, Refusal, ServerMessage} from "../src/protocol.ts" */
/** @import {Clock} from "./sdk/alarm.js" */
/** @import {GetToken} from "./sdk/credential.js" */
/** @import {StorageLike} from "./sdk/storage.js" */

export { Chat } from "./sdk/chat.js";
export { connect } from "./sdk/connect.js";
export { openRoom, RoomState } from "./sdk/room_state.js";
export { fold } from "./sdk/fold.js";
export { ChatError } from "./sdk/requests.js";

/** @typedef {import("./sdk/reconnect.js").ConnectionState} ConnectionState */
/** @typedef {import("./sdk/reconnect.js").Reason} Reason */
/** @typedef {import("./sdk/rooms.js").Joined} Joined */
/** @typedef {import("./sdk/unsent.js").Outgoing} Outgoing */
/** @template {ServerMessage["type"]} T @typedef {Extract<ServerMessage, {type: T}>} Of */
/**
 * @typedef {object} ConnectOptions
 * @property {string} [name] The name that a guest wishes for.
 * @property {string} [token]
 * @property {GetToken} [getToken] Asked a while before the token ends, and when the credential is
 *   refused; null: none. Without a token the state is `stopped`, with the reason `token`.
 * @property {StorageLike} [storage] Keeps the guest's session, unsent messages and drafts over reloads.
 * @property {number} [maxUnsent] Unsent messages kept at most; 200.
 * @property {boolean} [plain] One message to a frame, and no subprotocol.
 * @property {typeof WebSocket} [WebSocket]
 * @property {typeof fetch} [fetch]
 * @property {Clock} [clock]
 */
/**
 * `joined` holds the newest page, except where it is `resumed`: what was missed then follows as
 * `entry`, just as live entries do, in order and each once.
 * @typedef {object} ChatEvents
 * @property {ConnectionState} state
 * @property {Of<"welcome">} welcome
 * @property {Joined} joined
 * @property {Of<"left">} left With a `reason` one had to leave, and does not join again by itself.
 * @property {Entry} entry
 * @property {Outgoing} outgoing Whenever one changes.
 * @property {Of<"presence">} presence
 * @property {Of<"system">} system An administrator tells everybody, or, in a `room`, a bot one alone; with `plain`, who came and left too.
 * @property {Of<"typing">} typing
 * @property {Of<"nick">} nick Without a `room` it is one's own name, else that of somebody there.
 * @property {Of<"read">} read How far one has read a room, by another connection.
 * @property {Of<"mention">} mention Somebody mentioned one, also in a room that was not joined.
 * @property {Of<"muted">} muted Somebody was muted: oneself, or in a room that one moderates.
 * @property {Entry} direct An entry of a direct conversation that was not joined.
 * @property {{room: string, uid: string, data: Uint8Array}} binary
 * @property {Refusal} error A refusal that answers no promise and no message.
 */
