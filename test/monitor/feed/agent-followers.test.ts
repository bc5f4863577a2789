import { describe, expect, test } from 'vitest';
import { CLIENT_AGENTS_MAX } from '../../../src/base/monitor-limits.ts';
import { AgentFollowers } from '../../../src/monitor/feed/agent-followers.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { factOf } from '../recorded.ts';
import { Reader } from './subscriber.ts';

const event = (seq: number, type: RunEvent['type'] = 'agent.stored', agent = 'a/0', at = seq * 100) =>
  ({ seq, at, ...factOf(type, agent, seq) }) as RunEvent;
const start = () => ({ followers: new AgentFollowers(JSON.stringify), reader: new Reader() });
const seqs = (reader: Reader) =>
  reader.take('events').map(({ events, missed }) => [events.map(({ seq }) => seq), missed]);

describe('following', () => {
  test('gives each event of the agent once its answer has gone out', () => {
    const { followers, reader } = start();
    expect(followers.isEmpty).toBe(true);
    followers.follow(reader, 'a/0');
    expect(followers.isEmpty).toBe(false);
    followers.release(reader, 'a/0', []);
    followers.take(event(1));
    followers.take(event(2, 'agent.stored', 'a/1'));
    followers.take(event(3, 'run.draining'));
    followers.take(event(4));
    expect(seqs(reader)).toEqual([
      [[1], undefined],
      [[4], undefined],
    ]);
  });

  test('holds what comes meanwhile, and leaves out what the answer has told', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    for (const seq of [1, 2, 3]) followers.take(event(seq));
    expect(reader.got).toEqual([]);
    // The record of the second was taken just before the event.
    followers.release(reader, 'a/0', [event(1), { ...event(2), seq: 77, at: 198 }, event(9)]);
    expect(seqs(reader)).toEqual([[[3], undefined]]);
  });

  test('tells calls of one moment apart', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    const at = (seq: number, type: RunEvent['type']) => ({ ...event(seq, type, 'a/0', 50), turn: 1 }) as RunEvent;
    followers.take(at(1, 'tool.started'));
    followers.take(at(2, 'tool.started'));
    followers.take(at(3, 'tool.finished'));
    followers.take(at(4, 'tool.finished'));
    followers.release(reader, 'a/0', [at(1, 'tool.started'), at(4, 'tool.finished')]);
    expect(seqs(reader)).toEqual([[[2, 3], undefined]]);
  });

  test('ends for one agent, or for all', () => {
    const { followers, reader } = start();
    for (const agent of ['a/0', 'a/1', 'a/2']) followers.follow(reader, agent);
    for (const agent of ['a/0', 'a/1', 'a/2']) followers.release(reader, agent, []);
    expect([followers.unfollow(reader, 'a/1'), followers.unfollow(reader, 'a/1')]).toEqual([1, 0]);
    followers.take(event(1, 'agent.stored', 'a/1'));
    followers.take(event(2, 'agent.stored', 'a/2'));
    expect(seqs(reader)).toEqual([[[2], undefined]]);
    expect(followers.unfollow(reader)).toBe(2);
    expect(followers.isEmpty).toBe(true);
  });

  test('that ended before its answer went out stays ended', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    followers.take(event(1));
    followers.unfollow(reader);
    followers.release(reader, 'a/0', []);
    followers.take(event(2));
    expect(reader.got).toEqual([]);
  });

  test('twice the same agent counts once, and begins anew', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    followers.release(reader, 'a/0', []);
    followers.follow(reader, 'a/0');
    followers.take(event(1));
    expect(reader.got).toEqual([]);
    followers.release(reader, 'a/0', []);
    expect(seqs(reader)).toEqual([[[1], undefined]]);
    expect(followers.unfollow(reader)).toBe(1);
  });

  test('has a limit for each subscriber', () => {
    const { followers, reader } = start();
    for (let i = 0; i < CLIENT_AGENTS_MAX; i++) followers.follow(reader, `a/${i}`);
    expect(() => followers.follow(reader, 'b/0')).toThrow(
      expect.objectContaining({
        code: 'TOO_MANY',
        message: expect.stringContaining('100 agents are followed already'),
      }),
    );
    followers.follow(reader, 'a/5');
    followers.follow(new Reader(), 'b/0');
    followers.unfollow(reader, 'a/0');
    followers.follow(reader, 'b/0');
    expect(followers.unfollow(reader)).toBe(CLIENT_AGENTS_MAX);
  });
});

describe('a subscriber that reads too slowly', () => {
  test('is told with the next event how many it has missed', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    followers.release(reader, 'a/0', []);
    reader.isSlow = true;
    followers.take(event(1));
    followers.take(event(2));
    reader.isSlow = false;
    followers.take(event(3));
    followers.take(event(4));
    expect(seqs(reader)).toEqual([
      [[3], 2],
      [[4], undefined],
    ]);
  });

  test('is told even if the agent does nothing more', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    followers.release(reader, 'a/0', []);
    reader.isSlow = true;
    followers.take(event(1, 'agent.ended'));
    followers.flush();
    expect(reader.got).toEqual([]);
    reader.isSlow = false;
    followers.flush();
    followers.flush();
    expect(seqs(reader)).toEqual([[[], 1]]);
  });

  test('that follows an agent that runs away meanwhile is told how many were too many', () => {
    const { followers, reader } = start();
    followers.follow(reader, 'a/0');
    for (let seq = 1; seq <= 5_003; seq++) followers.take(event(seq));
    followers.flush();
    expect(reader.got).toEqual([]);
    followers.release(reader, 'a/0', []);
    const [message] = reader.take('events');
    expect([message?.events.length, message?.missed]).toEqual([5_000, 3]);
  });
});
