import { describe, expect, test } from 'vitest';
import { History } from '../../../src/monitor/history/history.ts';
import { KeptEvents } from '../../../src/monitor/history/kept-events.ts';
import { CHUNK_ROWS } from '../../../src/monitor/history/rows.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { appendMany, factOf, specsOf } from '../recorded.ts';
import { SAMPLES } from '../samples.ts';

const logged = (seq: number, text: string) =>
  ({ seq, at: seq, type: 'tool.logged', agent: 'a/0', turn: 1, callId: 'c', name: 'n', text }) as RunEvent;
const seqs = (kept: KeptEvents, upTo: number) =>
  Array.from({ length: upTo }, (_, i) => i + 1).filter((seq) => kept.get(seq) !== undefined);

describe('kept events', () => {
  test('are what they were, by the number they have here', () => {
    const kept = new KeptEvents();
    for (const event of SAMPLES) kept.keep(100 + event.seq, event);
    for (const event of SAMPLES) expect(kept.get(100 + event.seq)).toEqual({ ...event, seq: 100 + event.seq });
    expect(kept.get(1)).toBeUndefined();
  });

  test('of too many the oldest give way, several at once', () => {
    const size = JSON.stringify(logged(10, 'x')).length;
    const kept = new KeptEvents(20 * size);
    for (let seq = 10; seq < 30; seq++) kept.keep(seq, logged(seq, 'x'));
    expect(seqs(kept, 99)).toHaveLength(20);
    kept.keep(30, logged(30, 'x'));
    expect(seqs(kept, 99)).toEqual(Array.from({ length: 15 }, (_, i) => i + 16));
    for (let seq = 31; seq <= 35; seq++) kept.keep(seq, logged(seq, 'x'));
    expect(seqs(kept, 99)).toHaveLength(20);
  });

  test('one that is too large is not kept, and the next ones are', () => {
    const kept = new KeptEvents(200);
    kept.keep(1, logged(1, 'x'.repeat(250)));
    expect(kept.get(1)).toBeUndefined();
    kept.keep(2, logged(2, 'x'));
    expect(kept.get(2)).toEqual(logged(2, 'x'));
  });

  test('what is dropped makes room', () => {
    const size = JSON.stringify(logged(1, 'x')).length;
    const kept = new KeptEvents(4 * size);
    for (let seq = 1; seq <= 4; seq++) kept.keep(seq, logged(seq, 'x'));
    kept.dropBefore(4);
    expect(seqs(kept, 9)).toEqual([4]);
    for (let seq = 5; seq <= 7; seq++) kept.keep(seq, logged(seq, 'x'));
    expect(seqs(kept, 9)).toEqual([4, 5, 6, 7]);
    kept.dropBefore(99);
    expect(seqs(kept, 9)).toEqual([]);
  });

  test('are copied as they are', () => {
    const [from, to] = [new KeptEvents(), new KeptEvents()];
    from.keep(1, logged(1, 'x'.repeat(400)));
    to.copy(from, 1, 5);
    to.copy(from, 2, 6);
    expect(to.get(5)).toEqual({ ...from.get(1), seq: 5 });
    expect(to.get(6)).toBeUndefined();
  });
});

test('a history drops them along with its rows, and still knows how the run began', () => {
  const history = new History(specsOf(2), undefined, 1);
  for (const event of SAMPLES) history.append(event);
  expect(history.keptEvent(1)).toEqual(SAMPLES[0]);
  appendMany(history, CHUNK_ROWS, factOf('agent.stored', 'a/0'));
  expect(history.first).toBe(CHUNK_ROWS + 1);
  for (const { seq } of SAMPLES) expect(history.keptEvent(seq)).toBeUndefined();
  expect(history.began).toEqual(SAMPLES[0]);
  history.append({ ...logged(history.last + 1, 'x'), at: history.at });
  expect(history.keptEvent(history.last)).toMatchObject({ type: 'tool.logged', text: 'x' });
});
