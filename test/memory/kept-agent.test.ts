import { expect, test } from 'vitest';
import { KeptAgent } from '../../src/memory/kept-agent.ts';
import { answerOf, messageOf, receivedOf } from './records.ts';

test('keeps what it is given, by reference, and the last snapshot', () => {
  const agent = new KeptAgent();
  const [first, second] = [answerOf(1), receivedOf(1, 'm1')];
  agent.append(first);
  agent.append(second);
  expect(agent.journal()[0]).toBe(first.journal[0]);
  expect(agent.transcript()).toEqual(first.transcript);
  expect(agent.snapshot).toBe(first.snapshot);
  expect(agent.history()).not.toHaveProperty('trimmed');
});

test('after a trim holds no more than what stays, with what waits before it', () => {
  const agent = new KeptAgent();
  agent.append(receivedOf(0, 'waits'));
  for (let turn = 1; turn <= 50; turn++) {
    agent.append(receivedOf(turn - 1, `m${turn}`));
    agent.append(answerOf(turn, messageOf(`m${turn}`)));
    agent.trim(2);
  }
  expect(agent.journal().map(({ turn, type }) => `${turn} ${type}`)).toEqual([
    '0 received',
    '48 received',
    '49 observed',
    '49 received',
    '50 observed',
  ]);
  expect(agent.history().trimmed).toBe(96);
  expect(agent.received({ skip: 49, limit: 2 }).map(({ id }) => id)).toEqual(['m49', 'm50']);
});

test('of one that has nothing nothing is trimmed', () => {
  const agent = new KeptAgent();
  agent.trim(0);
  agent.append({ journal: [], transcript: [], snapshot: answerOf(1).snapshot! });
  agent.trim(0);
  expect(agent.history()).toEqual({ journal: [], transcript: [] });
});
