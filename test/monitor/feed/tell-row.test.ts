import { expect, test } from 'vitest';
import { tellRow } from '../../../src/monitor/feed/tell-row.ts';
import { EVENT_TYPES, FAILED, HELD, isKept, toKind } from '../../../src/monitor/history/rows.ts';
import { toEventText } from '../../../src/monitor/web/log/event-text.ts';

const ROW = { seq: 3, at: 7, agent: 'a/0', group: 'a', to: 'b/0', turn: 2, flag: 0, name: 'lookup', value: 40 };

test('what only rows know can be told, so that every reader finds its fields', () => {
  for (const type of EVENT_TYPES) {
    const event = tellRow(type, ROW);
    if (isKept(toKind(type))) expect(event, type).toBeUndefined();
    else {
      expect(event, type).toMatchObject({ seq: 3, at: 7, type, agent: 'a/0' });
      expect(event && toEventText(event), type).not.toMatch(/undefined|NaN/);
    }
  }
});

test('what a row says is in it', () => {
  expect(tellRow('tool.finished', { ...ROW, flag: FAILED })).toMatchObject({
    turn: 2,
    durationMs: 40,
    result: { name: 'lookup', isError: true },
  });
  expect(tellRow('message.sent', { ...ROW, turn: 500, flag: 1 })).toMatchObject({
    message: { from: 'a/0', to: 'b/0', kind: 'ask', at: 6.5, id: '' },
  });
  expect(tellRow('agent.ended', { ...ROW, flag: 1 })).toMatchObject({ status: 'failed', turns: 2 });
  expect(tellRow('agent.waiting', { ...ROW, flag: HELD })).toMatchObject({ for: 'to go on' });
  expect(tellRow('agent.waiting', ROW)).toMatchObject({ for: 'a message' });
});
