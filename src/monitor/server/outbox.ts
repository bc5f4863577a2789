import type { Clock, Timer } from '../../base/clock.ts';
import { CLIENT_BUSY_BYTES, CLIENT_MAX_BYTES, CLIENT_SLOW_MS } from '../../base/monitor-limits.ts';
import type { WebSocket } from './web-socket.ts';

/** What is used of a socket. */
export type Socket = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'close' | 'send'>;

const OPEN = 1;
/** "Try again later": what a client is told that reads too slowly. */
const TOO_SLOW = 1013;
/** Between two looks at a client that does not keep up. */
const LOOK_MS = 500;

/**
 * What goes out to one client, of bounded size: while more than `CLIENT_BUSY_BYTES` are unsent there is no room for
 * changes, and a client that stays so for `CLIENT_SLOW_MS`, or has `CLIENT_MAX_BYTES` unsent, is cut off with 1013.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #busySince: number | undefined;
  #timer: Timer | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  hasRoom(): boolean {
    return this.#socket.readyState === OPEN && this.#socket.bufferedAmount < CLIENT_BUSY_BYTES;
  }

  send(text: string): void {
    if (this.#socket.readyState !== OPEN) return;
    // It has read since the last look.
    if (this.hasRoom()) this.#busySince = undefined;
    const unsent = this.#socket.bufferedAmount;
    if (unsent > 0 && unsent + Buffer.byteLength(text) > CLIENT_MAX_BYTES) {
      this.#cut(`over ${CLIENT_MAX_BYTES} bytes unread`);
      return;
    }
    this.#socket.send(text);
    if (!this.hasRoom()) this.#look();
  }

  stop(): void {
    this.#timer?.cancel();
  }

  readonly #look = (): void => {
    this.#timer?.cancel();
    const now = this.#clock.elapsed();
    if (this.#socket.readyState !== OPEN) return;
    if (this.hasRoom()) {
      this.#busySince = undefined;
      return;
    }
    this.#busySince ??= now;
    if (now - this.#busySince >= CLIENT_SLOW_MS) this.#cut(`too little read for ${CLIENT_SLOW_MS} ms`);
    else this.#timer = this.#clock.setTimer(LOOK_MS, this.#look);
  };

  #cut(reason: string): void {
    this.stop();
    this.#socket.close(TOO_SLOW, reason);
  }
}
