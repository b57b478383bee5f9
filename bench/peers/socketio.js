// Socket.IO: its own rooms and emit, WebSockets only.
import { Server } from "socket.io";

const io = new Server(Number(process.env.PORT), {
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
