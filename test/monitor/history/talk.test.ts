import { describe, expect, test } from 'vitest';
import { CIRCLES_TOLD, LETTERS_TOLD, TALK_RATE_MS } from '../../../src/base/monitor-limits.ts';
import type { History } from '../../../src/monitor/history/history.ts';
import { CHUNK_ROWS, DEAD_REASONS, MESSAGE_KINDS, NO_AGENT } from '../../../src/monitor/history/rows.ts';
import { Talk } from '../../../src/monitor/history/talk.ts';
import { startTalk } from '../said.ts';

/** Each agent is a node; who is outside is node 9. */
const nodes = {
  edgeOf: (from: number, _: number, to: number) => [from === NO_AGENT ? 9 : from, to === NO_AGENT ? 9 : to] as const,
};

function talkOf(history: History, at = history.at) {
  const talk = new Talk(history, nodes);
  talk.advance(history.last, at);
  return talk;
}

const totals = (talk: Talk) =>
  talk.edges.busiest(9).edges.map(({ from, to, total, recent }) => [from, to, total, recent]);

describe('edges', () => {
  test('count who says what to whom', () => {
    const { history, say } = startTalk();
    say('a/0', 'a/1');
    say('a/0', 'a/1', { kind: 'ask' });
    say('a/1', 'a/0', { kind: 'reply' });
    say('user', 'a/0', { kind: 'input' });
    const talk = talkOf(history);
    expect(totals(talk)).toEqual([
      [0, 1, 2, 2],
      [1, 0, 1, 1],
      [9, 0, 1, 1],
    ]);
    const { kinds } = talk.edges.edge(0, 1);
    expect(MESSAGE_KINDS.map((_, index) => kinds[index])).toEqual([1, 1, 0, 0, 0, 0]);
  });

  test('what is older than the window is not recent', () => {
    const { history, say, happen } = startTalk();
    say('a/0', 'a/1', { at: 100 });
    say('a/0', 'a/1', { at: 5_000 });
    happen({ type: 'agent.stored', agent: 'a/2', turn: 1 }, 9_000);
    const talk = talkOf(history, 9_000);
    expect(totals(talk)).toEqual([[0, 1, 2, 2]]);
    talk.advance(history.last, 100 + TALK_RATE_MS);
    expect(totals(talk)).toEqual([[0, 1, 2, 1]]);
    talk.advance(history.last, 5_000 + TALK_RATE_MS);
    expect(totals(talk)).toEqual([[0, 1, 2, 0]]);
  });

  test('step by step is the same as all at once, whatever has been dropped meanwhile', () => {
    const { history, say } = startTalk({}, 2);
    const slow = new Talk(history, nodes);
    for (let i = 0; i < 3.5 * CHUNK_ROWS; i++) {
      say(`a/${i % 3}`, 'b/0', { at: Math.floor(i / 10) });
      if (i % 50_000 === 0) slow.advance(history.last, history.at);
    }
    slow.advance(history.last, history.at);
    const all = talkOf(history);
    const recent = (talk: Talk) => totals(talk).map((row) => row[3]);
    expect(recent(slow)).toEqual(recent(all));
    expect(slow.edges.edge(0, 3).total).toBeGreaterThan(all.edges.edge(0, 3).total);
    expect(all.from).toBeGreaterThan(0);
  });
});

describe('asks', () => {
  const waits = (history: History) =>
    talkOf(history)
      .asks.longest(9)
      .waits.map(({ from, to, asks }) => [from, to, asks]);

  test('are waited for until the answer, a restart, or the end of the turn', () => {
    const { history, say, happen } = startTalk();
    for (const from of ['a/0', 'a/1', 'a/2', 'b/1']) say(from, 'b/0', { kind: 'ask' });
    say('user', 'b/0', { kind: 'ask' });
    expect(waits(history)).toHaveLength(4);
    say('b/0', 'a/0', { kind: 'reply' });
    happen({ type: 'agent.stored', agent: 'a/1', turn: 1 });
    happen({ type: 'agent.restarting', agent: 'a/2', supervisor: 'root', because: 'failure', attempt: 1, delayMs: 0 });
    expect(waits(history)).toEqual([[4, 3, 1]]);
    happen({ type: 'agent.ended', agent: 'b/1', status: 'stopped', turns: 1, criticalPathMs: 0 });
    expect(waits(history)).toEqual([]);
  });
});

describe('what is not heard', () => {
  test('is counted by reason, and the newest are known', () => {
    const { history, bury } = startTalk();
    for (let i = 0; i < LETTERS_TOLD + 5; i++) bury('a/0', i % 2 === 0 ? 'ended' : 'expired');
    const { dead, letters } = talkOf(history);
    expect(dead[DEAD_REASONS.indexOf('ended')]).toBe(53);
    expect(dead[DEAD_REASONS.indexOf('expired')]).toBe(52);
    expect([letters.length, letters[0], letters.at(-1)]).toEqual([LETTERS_TOLD, 6, history.last]);
  });

  test('deadlocks and loops', () => {
    const { history, happen } = startTalk();
    for (let i = 0; i < CIRCLES_TOLD + 2; i++) happen({ type: 'message.deadlock', agents: ['a/0'], broken: 'a/0' });
    expect(talkOf(history).circles).toEqual(Array.from({ length: CIRCLES_TOLD }, (_, i) => i + 3));
  });
});
