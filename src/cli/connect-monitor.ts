import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { MONITOR_ANSWER_MS } from '../base/limits.ts';
import type { ClientMessage, ErrorMessage, ServerMessage, WelcomeMessage } from '../monitor/messages.ts';
import { WebSocket } from '../monitor/server/web-socket.ts';

/** A running troupe, by its monitor. */
export interface MonitorConnection {
  /** What it says first. */
  readonly welcome: WelcomeMessage;
  /**
   * Asks, and waits for the answer of this type; one at a time.
   *
   * @throws {TroupeError} With the code and the message of what it refuses; `MONITOR_UNAVAILABLE` if it does not answer.
   */
  ask<Answer extends ServerMessage>(question: ClientMessage, type: Answer['type']): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Connects to the monitor of a running troupe.
 *
 * @param address As it was printed, with its token.
 * @throws {TroupeError} `USAGE` if it is no address; `MONITOR_UNAVAILABLE`.
 */
export async function connectMonitor(address: string): Promise<MonitorConnection> {
  if (!URL.canParse(address)) {
    throw new TroupeError('USAGE', `Cannot open "${address}": expected the address that troupe printed`);
  }
  const url = new URL('/ws', address.replace(/^http/i, 'ws'));
  url.search = new URL(address).search;
  const socket = new WebSocket(url, { handshakeTimeout: MONITOR_ANSWER_MS });
  const inbox = new Messages(socket, url.origin);
  const welcome = await inbox.next((message) => (message?.type === 'welcome' ? message : undefined), true);
  let asked = 0;
  return {
    welcome,
    async ask<Answer extends ServerMessage>(question: ClientMessage, type: Answer['type']) {
      const id = ++asked;
      socket.send(JSON.stringify({ ...question, id }));
      const answer = await inbox.next((message) =>
        message !== undefined && 'id' in message && message.id === id ? message : undefined,
      );
      if (answer.type === 'error') throw toRefusal(answer);
      if (answer.type !== type) throw toUnavailable(url.origin, `it has answered with "${answer.type}"`);
      return answer as Answer;
    },
    close: () => inbox.close(),
  };
}

/** What comes in, for one who waits for it. */
class Messages {
  readonly #socket: WebSocket;
  readonly #origin: string;
  #take: ((message: ServerMessage | undefined) => void) | undefined;
  #fail: (error: TroupeError) => void = () => {};
  #failure: TroupeError | undefined;

  constructor(socket: WebSocket, origin: string) {
    this.#socket = socket;
    this.#origin = origin;
    socket.on('message', (data) => this.#take?.(toMessage(String(data))));
    socket.once('error', (error) => {
      const problem = toProblem(error);
      const hint = / 401/.test(problem) ? '; it has to be the whole address that troupe printed, with its token' : '';
      this.#end(toUnavailable(origin, `${problem}${hint}`, error));
    });
    // After an error this changes nothing.
    socket.once('close', () => this.#end(toUnavailable(origin, 'it has not answered')));
  }

  /** @param isFirst Whatever comes first has to be it. */
  next<Message>(find: (message: ServerMessage | undefined) => Message | undefined, isFirst = false): Promise<Message> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const late = AbortSignal.timeout(MONITOR_ANSWER_MS);
    const terminate = (): void => this.#socket.terminate();
    late.addEventListener('abort', terminate);
    return new Promise<Message>((resolve, reject) => {
      this.#fail = reject;
      this.#take = (message) => {
        const found = find(message);
        if (found !== undefined) resolve(found);
        else if (isFirst) {
          reject(toUnavailable(this.#origin, 'what answers there is no troupe'));
          this.#socket.close();
        }
      };
    }).finally(() => {
      late.removeEventListener('abort', terminate);
      this.#take = undefined;
      this.#fail = () => {};
    });
  }

  #end(error: TroupeError): void {
    this.#failure ??= error;
    this.#fail(this.#failure);
  }

  close(): Promise<void> {
    const { CLOSED } = WebSocket;
    if (this.#socket.readyState === CLOSED) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve());
      this.#socket.close();
    });
  }
}

function toUnavailable(origin: string, problem: string, cause?: unknown): TroupeError {
  return new TroupeError('MONITOR_UNAVAILABLE', `Cannot open ${origin}: ${problem}`, { cause });
}

function toRefusal({ code, message }: ErrorMessage): TroupeError {
  return new TroupeError(code === 'APPROVAL_UNKNOWN' || code === 'TOOL_ARGUMENTS' ? code : 'USAGE', message);
}

/** Undefined: what has come is none of ours. */
function toMessage(text: string): ServerMessage | undefined {
  try {
    return (JSON.parse(text) as ServerMessage | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Of a name with several addresses none of which answers, the error has only a code. */
function toProblem(error: NodeJS.ErrnoException): string {
  return error.message === '' && error.code !== undefined ? error.code : toErrorInfo(error).message;
}
