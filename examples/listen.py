"""Prints what is said in a room, and answers "ping", over the plain protocol.

Needs Debian's python3-websockets:
    python3 examples/listen.py ws://127.0.0.1:8000/ws?username=Snake general
"""
import asyncio
import json
import sys

import websockets

URL = sys.argv[1] if len(sys.argv) > 1 else "ws://127.0.0.1:8000/ws?username=Snake"
ROOM = sys.argv[2] if len(sys.argv) > 2 else "general"
ENTRIES = {"chat", "edited", "deleted", "reaction", "topic"}


async def main():
    since = None  # how far it has come: after a lost connection, it is told what is later
    async for socket in websockets.connect(URL):  # which comes back by itself
        def send(**message):
            return socket.send(json.dumps({"room": ROOM, **message}))

        try:
            await send(type="join", **({"since": since} if since else {}))
            async for frame in socket:
                message = json.loads(frame)
                entries = [message] if message["type"] in ENTRIES else []
                if message["type"] == "ping":
                    await send(type="pong", ts=message["ts"])
                if message["type"] == "error":
                    print(message["message"], file=sys.stderr)
                if message["type"] == "joined":
                    print(f"{message['count']} here", flush=True)
                    # What was said before it first came is no news, and after a gap, not all is there.
                    entries = message["messages"] if since and not message["gap"] else []
                    since = {"epoch": message["epoch"], "seq": message["seq"]}
                for entry in entries:
                    since["seq"] = max(since["seq"], entry["seq"])
                    if entry["type"] != "chat":
                        continue
                    print(f"{entry['user']}: {entry['text']}", flush=True)
                    if entry["text"] == "ping":
                        await send(type="chat", text="pong", replyTo=entry["seq"])
        except websockets.ConnectionClosed:
            continue


asyncio.run(main())
