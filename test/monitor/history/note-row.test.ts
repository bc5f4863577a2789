import { describe, expect, test } from 'vitest';
import { Names } from '../../../src/monitor/history/names.ts';
import { noteDead, noteRow } from '../../../src/monitor/history/note-row.ts';
import {
  type AgentEvent,
  Chunk,
  DEAD_REASONS,
  FAILED,
  HELD,
  MESSAGE_KINDS,
  NO_AGENT,
} from '../../../src/monitor/history/rows.ts';
import type { Message, RunEvent } from '../../../src/protocol.ts';
import { factOf, messageOf } from '../recorded.ts';

const positions = new Map([
  ['a/0', 0],
  ['a/1', 1],
]);

function noted(event: object, names = new Names()) {
  const chunk = new Chunk();
  noteRow(chunk, 0, { seq: 1, at: 0, ...event } as AgentEvent, positions, names);
  const { turn, flag, count, name, value } = chunk;
  return { turn: turn[0], flag: flag[0], count: count[0], name: name[0], value: value[0], names: names.list };
}

const sent = (from: string, to: string, changes: Partial<Message> = {}) => ({
  type: 'message.sent',
  agent: from,
  message: messageOf({ from, to, ...changes }),
});

test('every type can be noted', () => {
  for (const type of ['agent.decided', 'tool.started', 'agent.recalled', 'agent.streamed', 'agent.ended'] as const) {
    expect(() => noted(factOf(type, 'a/0', 2))).not.toThrow();
  }
});

test('a call has its tool, how long it took, and whether it failed', () => {
  expect(noted(factOf('tool.finished', 'a/0', 5))).toMatchObject({ turn: 5, flag: FAILED, value: 5, names: ['n2'] });
  expect(noted(factOf('tool.finished', 'a/0', 4))).toMatchObject({ turn: 4, flag: 0 });
  expect(noted(factOf('model.failed', 'a/0', 3))).toMatchObject({ turn: 3, flag: FAILED, value: 30, names: ['n0'] });
});

test('who waits for a message is told from who waits for something else', () => {
  expect(noted({ type: 'agent.waiting', agent: 'a/0', for: 'a message' }).flag).toBe(0);
  expect(noted({ type: 'agent.waiting', agent: 'a/0', for: 'an approval' }).flag).toBe(HELD);
});

describe('a message', () => {
  test('has its receiver and its kind', () => {
    for (const kind of MESSAGE_KINDS) {
      expect(noted(sent('a/0', 'a/1', { kind }))).toMatchObject({ value: 1, flag: MESSAGE_KINDS.indexOf(kind) });
    }
    expect(noted(sent('a/0', 'gone/7')).value).toBe(NO_AGENT);
  });

  test('from outside has the name of its sender; strangers share that of their group', () => {
    const names = new Names();
    for (const from of ['user', 'source:tail', 'gone/7', 'gone/8']) noted(sent(from, 'a/0'), names);
    expect(names.list).toEqual(['user', 'source:tail', 'gone']);
    expect(noted(sent('a/1', 'a/0')).names).toEqual([]);
  });

  test('has how long before it was told it was sent', () => {
    const told = { ...sent('a/0', 'a/1', { at: 5 }), at: 5.25 };
    expect(noted(told).turn).toBe(250);
    expect(noted({ ...told, at: 4 }).turn).toBe(0);
  });

  test('that is observed counts with all of its parts', () => {
    const observed = (message?: Message) =>
      noted({ type: 'agent.observed', agent: 'a/0', turn: 1, observation: { kind: 'message', text: '', message } });
    expect(observed().count).toBe(0);
    expect(observed(messageOf()).count).toBe(1);
    expect(observed(messageOf({ parts: [1, 2, 3].map(() => ({ from: 'a/1', body: '' })) })).count).toBe(3);
  });

  test('that is dead has the reason', () => {
    for (const reason of DEAD_REASONS) {
      const chunk = new Chunk();
      const { letter } = {
        ...(factOf('message.dead', 'a/0') as RunEvent & { type: 'message.dead' }),
        letter: { message: messageOf({ to: 'a/1', kind: 'ask' }), reason, at: 1 },
      };
      noteDead(chunk, 0, letter, positions);
      expect([chunk.value[0], chunk.flag[0], chunk.count[0]]).toEqual([1, DEAD_REASONS.indexOf(reason), 1]);
    }
  });
});
