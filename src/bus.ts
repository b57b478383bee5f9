// How the instances of one chat talk to each other. Knows nothing of what they say.

export interface Bus {
  /** This instance's name, of URL-safe characters, another one at each start. */
  readonly self: string;
  /**
   * Says something to the instance of a name, or to all others. What one instance says arrives in its
   * order, or not at all, and then nobody is told. Must not throw.
   */
  say(message: string, to?: string): void;
  /**
   * What the others say is heard from now on, with the name of who says it. Called once. Resolves when
   * it is so, or can't be so yet.
   */
  listen(hear: (from: string, message: string) => void): Promise<void>;
}
