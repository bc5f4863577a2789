import { expect, test } from 'vitest';
import { LOG_TEXT_CHARS } from '../../src/base/monitor-limits.ts';
import { toShortEvent } from '../../src/monitor/short-event.ts';
import type { RunEvent } from '../../src/protocol.ts';
import { DECISION, record } from './recorded.ts';

const base = { seq: 1, at: 2, agent: 'a/0', turn: 3 } as const;
const long = 'x'.repeat(LOG_TEXT_CHARS + 40);

test('a short event is the event', async () => {
  const { events } = await record();
  for (const event of events) expect(toShortEvent(event)).toEqual(event);
});

test('long texts are cut', () => {
  const event: RunEvent = { ...base, type: 'agent.replied', observation: 'short', reply: long };
  const cut = `${'x'.repeat(LOG_TEXT_CHARS)}… (40 more characters)`;
  expect(toShortEvent(event)).toEqual({ ...event, reply: cut });
});

test.each([
  'agent.decided',
  'agent.recalled',
] as const)('of many calls of %s the first are shown, and each of the list is still a call', (type) => {
  const toolCalls = Array.from({ length: 30 }, (_, i) => ({ id: `c${i}`, name: 'lookup', args: { text: long } }));
  const decision = { ...DECISION, toolCalls };
  const short = toShortEvent({ ...base, type, model: 'm', decision, durationMs: 1, pending: 30 }) as RunEvent & {
    type: 'agent.decided' | 'agent.recalled';
  };
  const { toolCalls: shown } = short.decision;
  expect(shown.map(({ name, args }) => [name, typeof args])).toEqual([
    ...Array(7).fill(['lookup', 'object']),
    ['… 23 more', 'object'],
  ]);
  expect(short.decision.usage).toEqual(DECISION.usage);
});

test('of many who wait the first are shown, and each of the list still waits', () => {
  const waiting = Array.from({ length: 9 }, (_, i) => ({ agent: `a/${i}`, for: 'a message' }));
  const short = toShortEvent({ seq: 1, at: 2, type: 'run.stalled', waiting }) as RunEvent & { type: 'run.stalled' };
  expect(short.waiting).toHaveLength(8);
  expect(short.waiting.at(-1)).toEqual({ agent: '… 2 more', for: 'a message' });
});

test('of many bids the first are shown, and each of the list is still a bid', () => {
  const bids = Array.from({ length: 30 }, (_, i) => ({ from: `a/${i}`, bid: i }));
  const short = toShortEvent({ ...base, type: 'task.awarded', task: 'x', bids, winner: 'a/0' }) as RunEvent & {
    type: 'task.awarded';
  };
  expect(short.bids).toHaveLength(8);
  expect(short.bids.at(-1)).toEqual({ from: '… 23 more', bid: 0 });
});

test('the rows of a result are cut', () => {
  const result = { callId: 'c', name: 'search', isError: false, content: Array(20).fill(1), serviceMs: 1 };
  const short = toShortEvent({ ...base, type: 'tool.finished', result, durationMs: 1 }) as {
    result?: { content?: unknown };
  };
  expect(short.result?.content).toEqual([...Array(8).fill(1), '… 12 more']);
});
