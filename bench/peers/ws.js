// Node with ws: the same work as loop.ts.
import { WebSocketServer } from "ws";

const rooms = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.env.PORT) });

server.on("connection", (socket) => {
  let mine = new Set();
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    if (message.type === "join") {
      mine = rooms.get(message.room) ?? new Set();
      rooms.set(message.room, mine.add(socket));
      socket.send('{"type":"joined"}');
    } else {
      const { room, text } = message;
      const out = JSON.stringify({ type: "chat", room, text, user: "somebody" });
      for (const member of mine) member.send(out);
    }
  });
  socket.on("close", () => mine.delete(socket));
});
server.on("listening", () => console.log("listens"));
