// @ts-check
// @ts-self-types="./chat.d.ts"
// Snug's client for browsers, Deno and Node 22: what is said arrives once, and what others say comes
// once and in order, over any number of lost connections. docs/PROTOCOL.md is the wire beneath.

export { Chat } from "./sdk/chat.js";
export { connect } from "./sdk/connect.js";
export { openRoom, RoomState } from "./sdk/room_state.js";
export { fold } from "./sdk/fold.js";
export { ChatError } from "./sdk/requests.js";
