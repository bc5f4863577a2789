import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { ClientMessage, ServerMessage } from '../../../src/monitor/messages.ts';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface SocketClient {
  readonly socket: WebSocket;
  /** Every message so far, in order. */
  readonly messages: any[];
  readonly closed: Promise<Closed>;
  /** Sends a message, or text as it is. */
  send(message: ClientMessage | string | Buffer): void;
  /** Sends a message and waits for what bears its id. */
  ask(message: ClientMessage): Promise<any>;
  /** The first message, of those that came or come, that fits. Rejects if the connection ends before. */
  first<T extends ServerMessage['type']>(
    type: T,
    fits?: (message: ServerMessage & { type: T }) => boolean,
  ): Promise<ServerMessage & { type: T }>;
  /** The same for messages of any protocol. */
  until(fits: (message: any) => boolean): Promise<any>;
}

/** Connects; closed when the test has ended. Rejects if it is refused. */
export async function connectTo(url: string, options: ClientOptions = {}): Promise<SocketClient> {
  const socket = new WebSocket(url, options);
  onTestFinished(() => socket.terminate());
  const client = follow(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return client;
}

/** The address of a monitor's socket, from that of its page. */
export function toSocketUrl(pageUrl: string, path: string, query = ''): string {
  const url = new URL(pageUrl);
  return `ws://${url.host}${path}${url.search}${query}`;
}

function follow(socket: WebSocket): SocketClient {
  const messages: any[] = [];
  const checks = new Set<() => void>();
  let ids = 0;
  let isClosed = false;
  socket.on('message', (data) => {
    messages.push(JSON.parse(String(data)));
    for (const check of checks) check();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      isClosed = true;
      resolve({ code, reason: String(reason) });
      for (const check of checks) check();
    });
  });
  const send: SocketClient['send'] = (message) =>
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  const until: SocketClient['until'] = (fits) =>
    new Promise((resolve, reject) => {
      let seen = 0;
      const check = (): void => {
        for (; seen < messages.length; seen++) {
          if (!fits(messages[seen])) continue;
          checks.delete(check);
          resolve(messages[seen]);
          return;
        }
        if (isClosed) reject(new Error(`The connection ended; it had: ${JSON.stringify(messages).slice(0, 2_000)}`));
      };
      checks.add(check);
      check();
    });
  return {
    socket,
    messages,
    closed,
    send,
    until,
    ask(message) {
      const id = `ask-${++ids}`;
      send({ ...message, id });
      return until((answer) => answer.id === id);
    },
    first: (type, fits = () => true) => until((message) => message.type === type && fits(message)),
  };
}
