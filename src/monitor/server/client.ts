import { toErrorInfo } from '../../base/errors.ts';
import { CLIENT_QUEUE_MAX } from '../../base/monitor-limits.ts';
import type { MonitorCommand } from '../../protocol.ts';
import type { Feed } from '../feed/feed.ts';
import type { ClientMessage, ErrorMessage, MonitorErrorCode } from '../messages.ts';
import type { ObserveMessage } from '../observe-messages.ts';
import type { Right } from './access.ts';
import type { ObserveClient } from './observe-client.ts';
import type { Outbox } from './outbox.ts';
import { parseRequest } from './requests.ts';

export interface ClientOptions {
  readonly outbox: Outbox;
  readonly feed: Feed;
  readonly right: Right;
  readonly encode: (message: object) => string;
  /** Undefined: the run is not under way. @throws {TroupeError} If the command reaches nobody. */
  readonly obey: () => ((command: MonitorCommand) => number) | undefined;
  /** Absent: nothing can be pushed into this run. */
  readonly observer?: Pick<ObserveClient, 'observe' | 'close'>;
  /** Ends the connection: 1008, the client does not keep to the protocol. */
  readonly close: (reason: string) => void;
}

type Id = { readonly id?: string | number };

/** Carried over as they are; any other code of an error is `FAILED` towards a client. */
const CODES: readonly string[] = [
  'AGENT_UNKNOWN',
  'GROUP_UNKNOWN',
  'MAILBOX_FULL',
  'LETTER_UNKNOWN',
  'APPROVAL_UNKNOWN',
  'TOOL_ARGUMENTS',
  'USAGE',
  'TOO_MANY',
  'CONFLICT',
  'SOURCE_FAILED',
  'SOURCE_UNKNOWN',
  'SOURCE_ENDED',
  'SOURCE_UNAVAILABLE',
] satisfies MonitorErrorCode[];

/** One connection to `/ws`: takes requests, answers them one after the other. */
export class Client {
  readonly #options: ClientOptions;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** Takes one message. Contract: never throws. */
  take(data: string): void {
    if (this.#closed) return;
    const request = parseRequest(data);
    if (!request.ok) {
      this.#refuse('BAD_MESSAGE', request.problem, request.id === undefined ? {} : { id: request.id });
      // Whatever it sends before it has gone is not done.
      this.#closed = true;
      this.#options.close('not a message of troupe.v1');
      return;
    }
    const { message } = request;
    if (this.#waiting >= CLIENT_QUEUE_MAX) {
      this.#refuse(
        'TOO_MANY',
        `Cannot take more than ${CLIENT_QUEUE_MAX} requests at once: wait for an answer`,
        message,
      );
      return;
    }
    this.#waiting++;
    this.#last = this.#last.then(() => this.#answer(message)).finally(() => this.#waiting--);
  }

  close(): void {
    this.#closed = true;
    this.#options.feed.drop(this.#options.outbox);
    this.#options.outbox.stop();
    this.#options.observer?.close();
  }

  async #answer(message: ClientMessage): Promise<void> {
    const { feed, outbox } = this.#options;
    if (this.#closed) return;
    try {
      switch (message.type) {
        case 'subscribe':
          await feed.subscribe(outbox, message);
          // It may have gone while its answer was being made.
          if (this.#closed) feed.drop(outbox);
          break;
        case 'get':
          outbox.send(await feed.get(message));
          break;
        case 'unsubscribe':
          this.#send({ type: 'answer', ...toId(message), affected: feed.unsubscribe(outbox, message) });
          break;
        case 'command':
          this.#obey(message.command, toId(message));
          break;
        case 'observe':
          await this.#observe(message);
          break;
      }
    } catch (error) {
      this.#fail(error, message);
    }
  }

  #obey(command: MonitorCommand, id: Id): void {
    const { right, obey } = this.#options;
    if (right !== 'control') {
      this.#refuse('FORBIDDEN', 'Cannot send commands: start troupe with --monitor-control and open that address', id);
      return;
    }
    const send = obey();
    if (send === undefined) this.#refuse('NOT_LIVE', 'Cannot send commands: the run is not under way', id);
    else this.#send({ type: 'answer', ...id, affected: send(command) });
  }

  async #observe(message: ObserveMessage & Id): Promise<void> {
    const { right, observer } = this.#options;
    if (right !== 'control') {
      this.#refuse('FORBIDDEN', 'Cannot push: start troupe with --monitor-control and open that address', message);
    } else if (observer === undefined) {
      this.#refuse('SOURCE_UNKNOWN', 'Cannot push: nothing can be pushed into this run', message);
    } else await observer.observe(message);
  }

  #fail(error: unknown, message: ClientMessage): void {
    const { code, message: text } = toErrorInfo(error);
    this.#refuse(CODES.includes(code) ? (code as MonitorErrorCode) : 'FAILED', text, message);
  }

  #refuse(code: MonitorErrorCode, message: string, id: Id): void {
    this.#send({ type: 'error', ...toId(id), code, message } satisfies ErrorMessage);
  }

  #send(message: object): void {
    this.#options.outbox.send(this.#options.encode(message));
  }
}

function toId({ id }: Id): Id {
  return id === undefined ? {} : { id };
}
