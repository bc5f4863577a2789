import { describe, expect, test } from 'vitest';
import { createRealClock } from '../../../src/base/clock.ts';
import { Feed } from '../../../src/monitor/feed/feed.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { type Run, startRun } from '../../../src/run.ts';
import { scenarioOf, toLines } from '../../rehearsals.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { busy, toSource } from '../recorded.ts';
import { Reader } from './subscriber.ts';

const SLOW = { timeout: 30_000 };

describe('a rehearsal that is watched', () => {
  const scenarios = {
    'in memory': busy,
    'on disk': { ...busy, memory: { store: 'lmdb' } },
    'on a slow disk that is waited for': { ...busy, memory: { store: 'lmdb', latency: '40ms', durability: 'sync' } },
  };

  /** Lines of all events, with a feed that is asked about everything all the time, or without. */
  async function rehearse(changes: object, isWatched: boolean) {
    const events: RunEvent[] = [];
    const scenario = scenarioOf({ ...changes, agents: { ...busy.agents, clerk: { ...busy.agents.clerk, count: 70 } } });
    const data = temporaryFolder();
    const run = await startRun(scenario, { virtual: true, data, onEvent: (event) => events.push(event) });
    const reader = new Reader();
    const forget = isWatched ? watchClosely(run, reader) : () => {};
    await run.finished;
    forget();
    await run.close();
    return { lines: toLines(events), got: reader.got.length };
  }

  function watchClosely(run: Run, reader: Reader): () => void {
    const history = new History(run.specs, run.ended);
    run.subscribe(history.append);
    const watch = new Watch({ ...toSource(run), live: run }, history);
    const feed = new Feed(watch, createRealClock(), JSON.stringify);
    run.subscribe((event) => {
      feed.take(event);
      watch.take(event);
      if (event.seq % 41 !== 0 || !('agent' in event) || event.agent === 'user') return;
      const { agent } = event;
      const ask = [
        feed.subscribe(reader, { type: 'subscribe', topic: 'agent', agent }),
        feed.subscribe(reader, { type: 'subscribe', topic: 'log' }),
        feed.get({ type: 'get', topic: 'agent', agent, at: event.at / 2 }),
        feed.get({ type: 'get', topic: 'charts' }),
      ];
      for (const answer of ask) answer.catch(() => {});
      if (event.seq % 123 === 0) feed.unsubscribe(reader, { topic: 'agent' });
    });
    run.inspect(
      () => true,
      () => {},
    );
    // Not awaited: the first event comes in the next turn of the event loop.
    feed.subscribe(reader, { type: 'subscribe', topic: 'fleet' }).catch(() => {});
    return () => feed.stop();
  }

  test.each(Object.entries(scenarios))(
    '%s is the same, byte for byte, as one nobody watches',
    SLOW,
    async (_, changes) => {
      const alone = await rehearse(changes, false);
      const watched = await rehearse(changes, true);
      expect(alone.lines.length).toBeGreaterThan(10_000);
      expect(watched.got).toBeGreaterThan(50);
      expect(watched.lines === alone.lines).toBe(true);
    },
  );
});
