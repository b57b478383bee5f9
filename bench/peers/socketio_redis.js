// socketio.js with its own adapter for several servers, which tells them by a Redis Stream.
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const redis = createClient({ url: process.env.STORE_URL });
await redis.connect();
const io = new Server(Number(process.env.PORT), {
  adapter: createAdapter(redis),
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
