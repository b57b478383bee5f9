// Socket.IO: its own rooms and emit, WebSockets only; with STORE_URL its own adapter for several
// servers, which tells them by a Redis Stream.
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const { PORT, STORE_URL } = process.env;
const redis = STORE_URL && await createClient({ url: STORE_URL }).connect();
const io = new Server(Number(PORT), {
  ...(redis && { adapter: createAdapter(redis) }),
  transports: ["websocket"],
  pingInterval: 600_000,
  serveClient: false,
});

io.on("connection", (socket) => {
  socket.on("join", (room) => {
    socket.join(room);
    socket.emit("joined");
  });
  socket.on("chat", ({ room, text }) => io.to(room).emit("chat", { room, text, user: "somebody" }));
});
console.log("listens");
