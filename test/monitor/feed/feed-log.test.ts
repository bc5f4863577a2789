import { describe, expect, test } from 'vitest';
import { LOG_FRAME_EVENTS } from '../../../src/base/monitor-limits.ts';
import { heldJournal, startFeed } from './live-feed.ts';
import { Reader } from './subscriber.ts';

describe('log', () => {
  const seqs = (reader: Reader) =>
    reader.take('log').map(({ id, events, missed }) => [id, events.map(({ seq }) => seq), missed]);

  test('is answered by the newest, and followed by what fits', async () => {
    const { feed, happen, frames, reader } = startFeed();
    for (let i = 0; i < 5; i++) happen('agent.stored');
    await feed.subscribe(reader, { type: 'subscribe', topic: 'log', id: 'x', limit: 2, groups: ['a'] });
    expect(seqs(reader)).toEqual([['x', [4, 5], undefined]]);
    happen('agent.stored', 'b/0');
    happen('agent.stored', 'a/1');
    await frames();
    expect(seqs(reader)).toEqual([[undefined, [7], undefined]]);
    feed.stop();
  });

  test('has every event once, though events come while its answer is being made', async () => {
    const { open, journal } = heldJournal();
    const { feed, happen, frames, reader } = startFeed(journal);
    happen('agent.observed');
    const subscribed = feed.subscribe(reader, { type: 'subscribe', topic: 'log', id: 1 });
    happen('agent.decided');
    happen('agent.stored');
    open();
    await subscribed;
    happen('agent.replied');
    await frames();
    expect(seqs(reader)).toEqual([
      [1, [1], undefined],
      [undefined, [2, 3], undefined],
      [undefined, [4], undefined],
    ]);
    feed.stop();
  });

  test('has every event once, though somebody has the same log already', async () => {
    const { open, journal } = heldJournal();
    const { feed, happen, frames, reader: second } = startFeed(journal);
    const first = new Reader();
    await feed.subscribe(first, { type: 'subscribe', topic: 'log', id: 1 });
    await frames();
    happen('agent.observed');
    const subscribed = feed.subscribe(second, { type: 'subscribe', topic: 'log', id: 2 });
    happen('agent.stored');
    open();
    await subscribed;
    happen('agent.replied');
    await frames();
    const flat = (reader: Reader) => seqs(reader).flatMap(([, each]) => each);
    expect(flat(second)).toEqual([1, 2, 3]);
    expect(flat(first)).toEqual([1, 2, 3]);
    feed.stop();
  });

  test('says how many events were left out, not how many frames', async () => {
    const { feed, happen, frames, reader } = startFeed();
    await feed.subscribe(reader, { type: 'subscribe', topic: 'log', limit: 0 });
    expect(seqs(reader)).toEqual([[undefined, [], undefined]]);
    reader.isSlow = true;
    for (let i = 0; i < 3; i++) happen('agent.stored');
    await frames();
    for (let i = 0; i < LOG_FRAME_EVENTS + 4; i++) happen('agent.stored');
    await frames();
    reader.isSlow = false;
    await frames();
    expect(seqs(reader)).toEqual([[undefined, [], LOG_FRAME_EVENTS + 7]]);
    feed.stop();
  });

  test('a filter that names what is not there is refused, and nothing is kept', async () => {
    const { feed, happen, frames, reader } = startFeed();
    await expect(feed.subscribe(reader, { type: 'subscribe', topic: 'log', agents: ['a/9'] })).rejects.toThrow(
      expect.objectContaining({ code: 'AGENT_UNKNOWN' }),
    );
    happen('agent.stored');
    await frames();
    expect(reader.got).toEqual([]);
  });
});
