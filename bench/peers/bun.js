// Bun's native publish: the fastest a JavaScript runtime of this field has.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT),
  fetch(request, server) {
    if (server.upgrade(request)) return;
    return new Response("", { status: 426 });
  },
  websocket: {
    idleTimeout: 0,
    message(socket, data) {
      const message = JSON.parse(data);
      const { room } = message;
      if (message.type === "join") {
        socket.subscribe(room);
        socket.send('{"type":"joined"}');
      } else {
        const out = JSON.stringify({ type: "chat", room, text: message.text, user: "somebody" });
        server.publish(room, out);
      }
    },
  },
});
console.log("listens", server.port);
