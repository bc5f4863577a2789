import type { ClientMessage, ServerMessage, Topic } from '../messages.ts';

/**
 * `connecting`: for the first time; `open`: welcome; `lost`: tried again and again; `refused`: the server is there but
 * lets this page in no more, or not yet.
 */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused';

/** What is used of a WebSocket. */
export interface Socket {
  send(text: string): void;
}

/** What a socket tells: each text it receives, and once that it is closed, opened or not. */
export interface SocketListener {
  onText(text: string): void;
  onClose(): void;
}

export interface ConnectionOptions {
  readonly open: (listener: SocketListener) => Socket;
  /** Whether the server answers at all; asked when a socket did not open. */
  readonly isReachable: () => Promise<boolean>;
  readonly setTimer: (callback: () => void, ms: number) => void;
  readonly onState: (state: ConnectionState) => void;
  /** Everything but answers to `request`. */
  readonly onMessage: (message: ServerMessage) => void;
}

export interface Connection {
  /** Keeps a subscription, over reconnections too. A second one under a key replaces the first. */
  subscribe(key: string, topic: Topic): void;
  unsubscribe(key: string): void;
  /** @param onReply Gets the answer, or undefined when the connection is lost before it comes. */
  request(message: ClientMessage, onReply: (reply: ServerMessage | undefined) => void): void;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 5000;

/** Talks to the server, and comes back to it after 0.5 s, then 1, 2, 4 and every 5 s. */
export function createConnection(options: ConnectionOptions): Connection {
  const topics = new Map<string, Topic>();
  const pending = new Map<number, (reply: ServerMessage | undefined) => void>();
  let socket: Socket | undefined;
  let delayMs = FIRST_DELAY_MS;
  let lastId = 0;

  const request: Connection['request'] = (message, onReply) => {
    if (socket === undefined) {
      onReply(undefined);
      return;
    }
    const id = ++lastId;
    pending.set(id, onReply);
    socket.send(JSON.stringify({ ...message, id }));
  };
  const sendSubscription = (topic: Topic): void =>
    request({ type: 'subscribe', ...topic }, (reply) => reply !== undefined && options.onMessage(reply));

  const receive = (message: ServerMessage): void => {
    const id = 'id' in message ? message.id : undefined;
    const onReply = typeof id === 'number' ? pending.get(id) : undefined;
    if (onReply === undefined) options.onMessage(message);
    else {
      pending.delete(id as number);
      onReply(message);
    }
  };

  const connect = (): void => {
    let isWelcome = false;
    const opening = options.open({
      onText(text) {
        const message = JSON.parse(text) as ServerMessage;
        if (message.type !== 'welcome') {
          receive(message);
          return;
        }
        isWelcome = true;
        socket = opening;
        delayMs = FIRST_DELAY_MS;
        options.onMessage(message);
        options.onState('open');
        for (const topic of topics.values()) sendSubscription(topic);
      },
      onClose() {
        socket = undefined;
        const unanswered = [...pending.values()];
        pending.clear();
        for (const onReply of unanswered) onReply(undefined);
        options.setTimer(connect, delayMs);
        delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
        if (isWelcome) options.onState('lost');
        else options.isReachable().then((isThere) => socket ?? options.onState(isThere ? 'refused' : 'lost'));
      },
    });
  };
  connect();
  return {
    request,
    subscribe(key, topic) {
      topics.set(key, topic);
      if (socket !== undefined) sendSubscription(topic);
    },
    unsubscribe(key) {
      const topic = topics.get(key);
      if (topic === undefined || !topics.delete(key)) return;
      const agent = topic.topic === 'agent' ? { agent: topic.agent } : {};
      request({ type: 'unsubscribe', topic: topic.topic, ...agent }, () => undefined);
    },
  };
}
