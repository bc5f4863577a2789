import { beforeEach, expect, test } from 'vitest';
import type { ServerMessage } from '../../../src/monitor/messages.ts';
import { type Connection, createConnection, type SocketListener } from '../../../src/monitor/web/connection.ts';

interface FakeSocket {
  readonly listener: SocketListener;
  readonly sent: any[];
}

let sockets: FakeSocket[];
let timers: { readonly callback: () => void; readonly ms: number }[];
let states: string[];
let received: ServerMessage[];
let isReachable: boolean;
let connection: Connection;

beforeEach(() => {
  sockets = [];
  timers = [];
  states = [];
  received = [];
  isReachable = true;
  connection = createConnection({
    open(listener) {
      const sent: any[] = [];
      sockets.push({ listener, sent });
      return { send: (text) => sent.push(JSON.parse(text)) };
    },
    isReachable: async () => isReachable,
    setTimer: (callback, ms) => timers.push({ callback, ms }),
    onState: (state) => states.push(state),
    onMessage: (message) => received.push(message),
  });
});

const last = () => sockets.at(-1)!;
const tell = (message: object) => last().listener.onText(JSON.stringify(message));
const welcome = () => tell({ type: 'welcome' });

test('subscriptions made before the welcome are sent after it, and again after a reconnection', () => {
  connection.subscribe('fleet', { topic: 'fleet' });
  expect(last().sent).toEqual([]);
  welcome();
  expect(last().sent).toEqual([{ type: 'subscribe', topic: 'fleet', id: 1 }]);
  last().listener.onClose();
  timers[0]!.callback();
  welcome();
  expect(last().sent).toEqual([{ type: 'subscribe', topic: 'fleet', id: 2 }]);
  expect(states).toEqual(['open', 'lost', 'open']);
});

test('the answer to a subscription is a message like any other', () => {
  welcome();
  connection.subscribe('agent a/1', { topic: 'agent', agent: 'a/1' });
  tell({ type: 'agent', id: 1, agent: 'a/1' });
  tell({ type: 'events', agent: 'a/1', events: [] });
  expect(received.map(({ type }) => type)).toEqual(['welcome', 'agent', 'events']);
});

test('what was unsubscribed is not subscribed again', () => {
  welcome();
  connection.subscribe('agent a/1', { topic: 'agent', agent: 'a/1' });
  connection.unsubscribe('agent a/1');
  connection.unsubscribe('agent a/2');
  expect(last().sent.at(-1)).toEqual({ type: 'unsubscribe', topic: 'agent', agent: 'a/1', id: 2 });
  last().listener.onClose();
  timers[0]!.callback();
  welcome();
  expect(last().sent).toEqual([]);
});

test('a request gets its own answer, or none when the connection is lost', () => {
  const replies: (string | undefined)[] = [];
  const keep = (reply: ServerMessage | undefined) => replies.push(reply?.type);
  connection.request({ type: 'get', topic: 'charts' }, keep);
  expect(replies).toEqual([undefined]);
  welcome();
  connection.request({ type: 'get', topic: 'charts' }, keep);
  connection.request({ type: 'get', topic: 'fleet' }, keep);
  tell({ type: 'fleet', id: 2 });
  expect(replies).toEqual([undefined, 'fleet']);
  last().listener.onClose();
  expect(replies).toEqual([undefined, 'fleet', undefined]);
  expect(received.map(({ type }) => type)).toEqual(['welcome']);
});

test('waits 0.5 s, then twice as long each time, at most 5 s, and begins anew after a welcome', () => {
  for (let round = 0; round < 6; round++) {
    last().listener.onClose();
    timers.at(-1)!.callback();
  }
  expect(timers.map(({ ms }) => ms)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  welcome();
  last().listener.onClose();
  expect(timers.at(-1)!.ms).toBe(500);
});

test('a server that answers but opens no socket refuses', async () => {
  last().listener.onClose();
  await Promise.resolve();
  await Promise.resolve();
  expect(states).toEqual(['refused']);
  isReachable = false;
  timers[0]!.callback();
  last().listener.onClose();
  await Promise.resolve();
  await Promise.resolve();
  expect(states).toEqual(['refused', 'lost']);
});
