// The client's end of a pair: what the SDK takes for a WebSocket.
import type { Frame, Pair } from "./pair.ts";

type Handler = (event: { data?: Frame | ArrayBuffer; code?: number }) => void;

export class ClientSocket {
  readyState = 0;
  protocol = "";
  binaryType = "";
  onopen: (() => void) | undefined;
  onmessage: Handler | undefined;
  onclose: Handler | undefined;
  /** Set by who makes it. */
  pair!: Pair;

  send(frame: Frame): void {
    if (this.readyState === 1) this.pair.fromClient({ is: "frame", frame });
  }

  close(code = 1005): void {
    if (this.readyState >= 2) return;
    const wasOpen = this.readyState === 1;
    this.readyState = wasOpen ? 2 : 3;
    this.pair.fromClient(wasOpen ? { is: "close", code } : { is: "end" });
  }

  /** Nobody listens any more. */
  silence(): void {
    this.onopen = this.onmessage = this.onclose = undefined;
  }

  opened(protocol: string): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.protocol = protocol;
    this.onopen?.();
  }

  receive(frame: Frame): void {
    if (this.readyState !== 1) return;
    this.onmessage?.({ data: typeof frame === "string" ? frame : frame.slice().buffer });
  }

  ended(code: number): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code });
  }
}
