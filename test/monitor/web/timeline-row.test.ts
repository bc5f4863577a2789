import { expect, test } from 'vitest';
import { foldAgent } from '../../../src/monitor/web/fold/agent-fold.ts';
import { findLongest, toTimelineRow } from '../../../src/monitor/web/timeline/timeline-row.ts';
import { event, LIFE } from './agent-events.ts';

const rowOf = (count: number, until: number) => toTimelineRow('analyst/7', foldAgent(LIFE.slice(0, count)), until);
const shape = ({ bars }: ReturnType<typeof rowOf>) =>
  bars.map(({ kind, start, end, lane }) => [kind, start, end, lane]);

test('decisions, calls side by side, storing', () => {
  const row = rowOf(LIFE.length, 9999);
  expect(shape(row)).toEqual([
    ['queue', 10, 15, 0],
    ['decide', 15, 110, 0],
    ['tool', 110, 310, 0],
    ['tool', 111, 150, 1],
    ['store', 310, 320, 0],
    ['decide', 321, 420, 0],
    ['store', 420, 425, 0],
  ]);
  expect(row).toMatchObject({ lanes: 2, life: { start: 10, end: 426 }, ending: 'done', criticalPathMs: 379 });
  expect(row.bars.filter(({ isCritical }) => isCritical).map(({ label }) => label)).toEqual([
    'small',
    'search',
    'small',
  ]);
  expect(row.bars.find(({ label }) => label === 'metrics')?.isError).toBe(true);
});

test('what is under way lasts until now', () => {
  expect(rowOf(2, 60).bars).toMatchObject([{ kind: 'decide', start: 10, end: 60, isOpen: true }]);
  expect(
    rowOf(5, 130)
      .bars.filter(({ isOpen }) => isOpen)
      .map(({ label, end }) => [label, end]),
  ).toEqual([
    ['search', 130],
    ['metrics', 130],
  ]);
  expect(rowOf(5, 130).life).toEqual({ start: 10, end: 130 });
});

test('who has not begun has a row all the same', () => {
  expect(rowOf(1, 60)).toEqual({ agent: 'analyst/7', bars: [], lanes: 1, criticalPathMs: 0 });
});

test('a turn that was cut off has no end to draw', () => {
  const fold = foldAgent([
    event(0, { type: 'agent.observed', turn: 1, observation: { kind: 'observation', text: 'x' } }),
    event(50, { type: 'agent.ended', status: 'stopped', turns: 1, criticalPathMs: 0 }),
  ]);
  expect(toTimelineRow('a/0', fold, 100)).toMatchObject({ bars: [], ending: 'stopped', life: { start: 0, end: 50 } });
});

test('calls one after the other share a lane', () => {
  const started = (at: number, id: string) =>
    event(at, { type: 'tool.started', turn: 1, call: { id, name: id, args: {} } });
  const done = (at: number, id: string) =>
    event(at, {
      type: 'tool.finished',
      turn: 1,
      result: { callId: id, name: id, isError: false, content: null, serviceMs: 10 },
      durationMs: 10,
    });
  const events = [
    ...LIFE.slice(0, 3),
    started(110, 'a'),
    started(111, 'b'),
    done(120, 'a'),
    started(121, 'c'),
    done(130, 'b'),
    done(131, 'c'),
  ];
  const { bars } = toTimelineRow('a/0', foldAgent(events), 200);
  expect(bars.filter(({ kind }) => kind === 'tool').map(({ label, lane }) => [label, lane])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 0],
  ]);
});

test('the longest critical path', () => {
  const [short, long] = [rowOf(6, 200), rowOf(LIFE.length, 500)];
  expect(findLongest([short, long])).toBe(long);
  expect(findLongest([rowOf(1, 60)])).toBeUndefined();
});
