// A clock that stands still until the test moves it.

export class SteeredClock {
  /** Milliseconds since 1970. */
  nowMs = 1_700_000_000_000;

  readonly now = (): number => this.nowMs;

  advance(ms: number): void {
    this.nowMs += ms;
  }
}
