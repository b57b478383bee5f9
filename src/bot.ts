// The bot that answers in rooms by the words of its replies (W20). It speaks as any request does, and is
// in no room. What it knows of users is bounded: the longest known is forgotten.
import { Batch } from "./batch.ts";
import { Bucket } from "./bucket.ts";
import { ask } from "./call.ts";
import type { Heard, Hub, Listener } from "./hub.ts";
import { type Identity, isProgram } from "./identity.ts";
import { encode, type RoomName, type UserId } from "./protocol.ts";
import { filled, type Replies, replyTo } from "./replies.ts";
import type { Occupant, Room } from "./room.ts";
import { StoreError } from "./store/store.ts";

const UID: UserId = "bot:replies";
/** What a user in a room is answered at once, and each second: else a flood would be doubled. */
const ANSWERS = 5;
const ANSWERS_PER_SECOND = 0.2;
/** Users who are known, each in a room. */
const MAX_MET = 10_000;

export class Bot implements Listener {
  readonly #hub: Hub;
  #replies: Replies | undefined;
  /** By room and uid: who was greeted or answered, and how much more of that may be. */
  readonly #met = new Map<string, Bucket>();

  constructor(hub: Hub) {
    this.#hub = hub;
  }

  /** Answers by these from now on. False: a user who is connected has its name, and nothing changes. */
  use(replies: Replies): boolean {
    const { names } = this.#hub;
    if (!names.reserve(replies.name)) return false;
    if (this.#replies) names.unreserve(this.#replies.name);
    this.#replies = replies;
    return true;
  }

  came(who: Occupant, { name: room, presence }: Room): void {
    const { uid, user } = who;
    const greeting = this.#replies?.rooms.get(room)?.greeting;
    const isKnown = presence.readTo(uid) > 0 || this.#met.has(keyOf(room, uid));
    if (greeting === undefined || isKnown) return;
    this.#meet(room, uid);
    const text = filled(greeting, { user, room });
    const told = encode({ type: "system", room, text, uid: UID, user: this.#replies!.name });
    who.push(Batch.of(told), "entry");
  }

  heard({ room, seq, uid, user, text: said }: Heard): void {
    const hub = this.#hub;
    const replies = this.#replies?.rooms.get(room);
    if (!replies || isProgram(uid)) return;
    const reply = replyTo(said, replies);
    if (reply === undefined || this.#meet(room, uid).take(hub.now()) > 0) return;
    const text = filled(reply, { user, room });
    const question = { type: "chat", room, text, replyTo: seq };
    // A refusal is the room's business: somebody muted the bot, say.
    ask({ hub, identity: this.#identity, address: "" }, question).catch((error) => {
      if (error instanceof StoreError) hub.storeFailed(error);
      else hub.fault(error);
    });
  }

  get #identity(): Identity {
    const permissions = ["read", "write"] as const;
    const grants = [{ pattern: "*", permissions, from: 0 }];
    return { uid: UID, name: this.#replies!.name, expires: null, seal: null, grants };
  }

  #meet(room: RoomName, uid: UserId): Bucket {
    const key = keyOf(room, uid);
    let met = this.#met.get(key);
    if (met) return met;
    met = new Bucket(ANSWERS_PER_SECOND, ANSWERS, this.#hub.now());
    this.#met.set(key, met);
    if (this.#met.size > MAX_MET) this.#met.delete(this.#met.keys().next().value!);
    return met;
  }
}

/** Neither holds a space. */
function keyOf(room: RoomName, uid: UserId): string {
  return `${room} ${uid}`;
}
