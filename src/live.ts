// Every connection to this instance, and what ends those of a user or a session, here and on other
// instances.
import { CLOSE, type Close } from "./close.ts";
import type { Identity } from "./identity.ts";
import type { UserId } from "./protocol.ts";

/** A connection, as far as it can be ended. */
interface Ending {
  readonly identity: Identity;
  close(close: Close): void;
}

/** The other instances, as far as connections to them can be ended. */
interface LiveElsewhere {
  isAdmin(uid: UserId): boolean;
  tell(
    word: { type: "revoke"; uid: UserId; before: number } | { type: "signOut"; signIn: string },
  ): void;
}

export class Live<C extends Ending> {
  readonly #sessions: ReadonlySet<C>;
  readonly #elsewhere: LiveElsewhere | undefined;

  constructor(sessions: ReadonlySet<C>, elsewhere?: LiveElsewhere) {
    this.#sessions = sessions;
    this.#elsewhere = elsewhere;
  }

  /** The connections of a user to this instance, requests over HTTP too. */
  of(uid: UserId): C[] {
    return [...this.#sessions].filter(({ identity }) => identity.uid === uid);
  }

  /** Whether an administrator is connected as this user. */
  isAdmin(uid: UserId): boolean {
    return this.of(uid).some(({ identity }) => identity.isAdmin) ||
      this.#elsewhere?.isAdmin(uid) === true;
  }

  /** The signed-in sessions that connections came with, by the hashes of their ids. */
  get signIns(): Set<string> {
    return new Set([...this.#sessions].flatMap(({ identity }) => identity.signIn ?? []));
  }

  /** Voids what the user was given before a time, in milliseconds since 1970. */
  revoke(uid: UserId, before: number): void {
    this.revokeHere(uid, before);
    this.#elsewhere?.tell({ type: "revoke", uid, before });
  }

  /** The same of connections to this instance alone. */
  revokeHere(uid: UserId, before: number): void {
    for (const connection of this.of(uid)) {
      if ((connection.identity.issuedAt ?? 0) < before) connection.close(CLOSE.expired);
    }
  }

  /** Ends the connections of a signed-in session, by the hash of its id. */
  signOut(signIn: string): void {
    this.signOutHere(signIn);
    this.#elsewhere?.tell({ type: "signOut", signIn });
  }

  /** The same of connections to this instance alone. */
  signOutHere(signIn: string): void {
    for (const connection of [...this.#sessions]) {
      if (connection.identity.signIn === signIn) connection.close(CLOSE.expired);
    }
  }
}
