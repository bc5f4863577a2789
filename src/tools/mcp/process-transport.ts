import type { Clock } from '../../base/clock.ts';
import { MCP_MESSAGE_MAX_CHARS } from '../../base/limits.ts';
import { ServerProcess } from './server-process.ts';

/** An answer's id, at the one place or the other where it is written. */
const ID_FIRST = /^\{"jsonrpc":"2\.0","id":(\d+),/;
const ID_LAST = /"id":\s*(\d+)\s*\}$/;

interface ProcessTransportOptions<Message> {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of real time. */
  readonly clock: Clock;
  /** @throws If it is no message. */
  parse(json: unknown): Message;
  log(level: string, text: string): void;
  /** As `ServerProcessOptions.onEnd`. */
  onEnd(reason: string): void;
}

/** Messages to and from a server that is a process: one a line, as the protocol's library wants its transports. */
export class ProcessTransport<Message> {
  readonly #options: ProcessTransportOptions<Message>;
  readonly #process: ServerProcess;
  onmessage: ((message: Message) => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  onclose: (() => void) | undefined;

  constructor(options: ProcessTransportOptions<Message>) {
    this.#options = options;
    const { command, args, folder, env, clock, log } = options;
    this.#process = new ServerProcess({
      ...{ command, args, folder, env, clock },
      onLine: (line, ending) => this.#read(line, ending),
      onLog: (line) => log('stderr', line),
      onEnd: (reason) => options.onEnd(reason),
    });
  }

  start(): Promise<void> {
    return this.#process.start();
  }

  async send(message: Message): Promise<void> {
    this.#process.write(`${JSON.stringify(message)}\n`);
  }

  /** Calls under way fail at once. Resolves when the process is gone; does not reject. */
  close(): Promise<void> {
    const { onclose } = this;
    this.onclose = undefined;
    onclose?.();
    return this.#process.stop();
  }

  #read(line: string, ending: string | undefined): void {
    if (ending !== undefined) {
      this.#refuse(line, ending);
      return;
    }
    let message: Message;
    try {
      message = this.#options.parse(JSON.parse(line));
    } catch {
      // Many servers greet whoever starts them.
      this.#options.log('stdout', line);
      return;
    }
    this.onmessage?.(message);
  }

  /** One agent that reads too large a file must not end the server for all others. */
  #refuse(line: string, ending: string): void {
    const [, id] = ID_FIRST.exec(line) ?? ID_LAST.exec(ending) ?? [];
    if (id === undefined) {
      this.#options.onEnd(`it wrote a line of more than ${MCP_MESSAGE_MAX_CHARS} characters`);
      return;
    }
    const message = `the answer is longer than ${MCP_MESSAGE_MAX_CHARS} characters`;
    this.onmessage?.(this.#options.parse({ jsonrpc: '2.0', id: Number(id), error: { code: -32_000, message } }));
  }
}
