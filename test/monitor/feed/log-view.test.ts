import { expect, test } from 'vitest';
import { LOG_FRAME_EVENTS } from '../../../src/base/monitor-limits.ts';
import { EventFilter } from '../../../src/monitor/feed/log-filter.ts';
import { LogView } from '../../../src/monitor/feed/log-view.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { factOf, sourceOf, specsOf } from '../recorded.ts';

const specs = specsOf(2);
const viewOf = (filter = {}) => new LogView(new EventFilter(new Watch(sourceOf(specs), new History(specs)), filter));
const take = (view: LogView, from: number, to: number, agent = 'a/0') => {
  for (let seq = from; seq <= to; seq++) view.take({ seq, at: seq, ...factOf('agent.stored', agent) } as RunEvent);
};
const seqs = (view: LogView) => view.changes(7)?.events.map(({ seq }) => seq);

test('has what fits since the last frame, in order', () => {
  const view = viewOf({ agents: ['a/1'] });
  expect(view.changes(1)).toBeUndefined();
  take(view, 1, 3, 'a/0');
  expect(view.changes(1)).toBeUndefined();
  take(view, 4, 5, 'a/1');
  expect(view.changes(9)).toMatchObject({ type: 'log', at: 9, events: [{ seq: 4 }, { seq: 5 }] });
  expect(view.changes(9)).toBeUndefined();
  take(view, 6, 6, 'a/1');
  expect(seqs(view)).toEqual([6]);
});

test.each([
  0,
  1,
  57,
  LOG_FRAME_EVENTS,
  3 * LOG_FRAME_EVENTS - 1,
])('with %d more than fit a frame has the newest and says how many are missing', (more) => {
  const view = viewOf();
  take(view, 1, LOG_FRAME_EVENTS + more);
  const frame = view.changes(1);
  expect(frame?.events.map(({ seq }) => seq)).toEqual(Array.from({ length: LOG_FRAME_EVENTS }, (_, i) => more + i + 1));
  expect(frame?.missed).toBe(more === 0 ? undefined : more);
  take(view, 1, 2);
  expect(view.changes(1)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }] });
});
