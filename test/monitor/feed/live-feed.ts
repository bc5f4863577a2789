import { createVirtualClock } from '../../../src/base/clock.ts';
import { FRAME_MS } from '../../../src/base/monitor-limits.ts';
import { Feed } from '../../../src/monitor/feed/feed.ts';
import { Watch } from '../../../src/monitor/feed/watch.ts';
import { History } from '../../../src/monitor/history/history.ts';
import type { JournalRecord, RunEvent } from '../../../src/protocol.ts';
import { factOf, liveAt, sourceOf, specsOf } from '../recorded.ts';
import { Reader } from './subscriber.ts';

const specs = specsOf(3, ['a', 'b']);

/** A live run of which one says what happens, and a feed on a clock that jumps. */
export function startFeed(
  journal: (agent: string) => Promise<readonly JournalRecord[]> = async () => [],
  encode: (message: object) => string = JSON.stringify,
) {
  const clock = createVirtualClock();
  const history = new History(specs);
  const watch = new Watch(sourceOf(specs, { live: liveAt(history), journal }), history);
  const feed = new Feed(watch, clock, encode);
  const happen = (type: RunEvent['type'], agent = 'a/0', n = 0, at = history.at + 1) => {
    const event = { seq: history.last + 1, at, ...factOf(type, agent, n) } as RunEvent;
    history.append(event);
    feed.take(event);
    watch.take(event);
  };
  /** Past the next frame, or so many. */
  const frames = (count = 1) => clock.sleep(count * FRAME_MS + 1);
  return { clock, history, watch, feed, happen, frames, reader: new Reader() };
}

/** A journal that is read when one says so. */
export function heldJournal() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, journal: () => opened.then(() => []) };
}
