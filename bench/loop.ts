// The control row: what a few lines of Deno and Hono do. Parses, stringifies once, sends to every
// member; no store, no acks, no rights. A replay is a string of 1,000 messages, made beforehand.
import { Hono } from "hono";

const stored = { type: "chat", room: "r0", seq: 1, ts: Date.now(), uid: "guest:somebody" };
const text = `T${"0".repeat(19)} ${"x".repeat(79)}`;
const replay = JSON.stringify({
  type: "joined",
  messages: Array.from({ length: 1000 }, () => ({ ...stored, user: "somebody", text })),
});

const rooms = new Map<string, Set<WebSocket>>();

const app = new Hono().get("/ws", (context) => {
  const { socket, response } = Deno.upgradeWebSocket(context.req.raw);
  let mine = new Set<WebSocket>();
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "join") {
      mine = rooms.get(message.room) ?? new Set();
      rooms.set(message.room, mine.add(socket));
      socket.send(message.since ? replay : '{"type":"joined"}');
    } else {
      const { room, text } = message;
      const out = JSON.stringify({ type: "chat", room, text, user: "somebody" });
      for (const member of mine) member.send(out);
    }
  };
  socket.onclose = () => mine.delete(socket);
  return response;
});

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.env.get("PORT")),
  onListen: () => console.log("listens"),
}, app.fetch);
