import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../base/clock.ts';
import { OBSERVE_HEARTBEAT_MS } from '../../base/monitor-limits.ts';
import { isSettled, type Observing, type Outcome } from '../../sources/outcomes.ts';
import { toGuards } from './guards.ts';
import { Outbox, type Socket } from './outbox.ts';

export interface ObserveStreamOptions {
  readonly observing: Pick<Observing, 'follow'>;
  /** The item. */
  readonly id: string;
  readonly clock: Clock;
  readonly encode: (value: object) => string;
}

/**
 * What becomes of one item, as server-sent events: `status` at first and whenever it changes, `text` as the model writes it,
 * `done` at last. Text that a slow client has no room for is left out, and `missed` says how often.
 */
export class ObserveStream {
  readonly #response: ServerResponse;
  readonly #options: ObserveStreamOptions;
  readonly #outbox: Outbox;
  #forget: () => void = () => undefined;
  #timer: Timer | undefined;
  #isOver = false;
  #missed = 0;

  constructor(response: ServerResponse, options: ObserveStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#outbox = new Outbox(toSocket(response), options.clock);
    response.on('close', this.end);
    response.on('error', this.end);
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    response.writeHead(200, { ...toGuards(), ...headers });
    this.#beat();
    this.#forget = options.observing.follow(options.id, {
      changed: (outcome) => this.#tell(outcome),
      wrote: (text, turn) => this.#write(text, turn),
    });
    // It was settled before, and is over by now.
    if (this.#isOver) this.#forget();
  }

  /** Frees everything. Idempotent. */
  readonly end = (): void => {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#timer?.cancel();
    this.#outbox.stop();
    this.#forget();
    this.#response.end();
  };

  #tell(outcome: Outcome): void {
    const isDone = isSettled(outcome.status);
    this.#send(isDone ? 'done' : 'status', outcome);
    if (isDone) this.end();
  }

  #write(text: string, turn: number): void {
    if (!this.#outbox.hasRoom()) {
      this.#missed++;
      return;
    }
    const missed = this.#missed;
    this.#missed = 0;
    this.#send('text', { turn, text, ...(missed > 0 && { missed }) });
  }

  #send(event: string, value: object): void {
    this.#outbox.send(`event: ${event}\ndata: ${this.#options.encode(value)}\n\n`);
  }

  /** A comment, which clients pass over. */
  readonly #beat = (): void => {
    this.#outbox.send(': alive\n\n');
    this.#timer = this.#options.clock.setTimer(OBSERVE_HEARTBEAT_MS, this.#beat);
  };
}

const [OPEN, CLOSED] = [1, 3] as const;

/** What bounds a WebSocket bounds this too. */
function toSocket(response: ServerResponse): Socket {
  return {
    get bufferedAmount() {
      return response.writableLength;
    },
    get readyState() {
      return response.writableEnded || response.destroyed ? CLOSED : OPEN;
    },
    send: (text: string) => void response.write(text),
    close: () => void response.destroy(),
  } as Socket;
}
