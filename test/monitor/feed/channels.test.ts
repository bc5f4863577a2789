import { describe, expect, test } from 'vitest';
import { Channels, type View } from '../../../src/monitor/feed/channels.ts';
import { Reader } from './subscriber.ts';

interface Frame {
  readonly n: number;
}

/** A view whose frames are told from outside. */
class Counter implements View<Frame> {
  next: Frame | undefined;
  asked = 0;

  changes(): Frame | undefined {
    this.asked++;
    const frame = this.next;
    this.next = undefined;
    return frame;
  }
}

function start() {
  let encoded = 0;
  const channels = new Channels<Frame, Counter>(
    (message) => {
      encoded++;
      return JSON.stringify(message);
    },
    (_, missed, frame) => ({ all: true, missed, next: frame?.n ?? 'none' }),
    ({ n }) => n,
  );
  const opened: Counter[] = [];
  const open = () => {
    const view = new Counter();
    opened.push(view);
    return view;
  };
  return { channels, opened, open, encoded: () => encoded };
}

describe('a channel', () => {
  test('is shared by all with the same key: one view, one frame, written once', () => {
    const { channels, opened, open, encoded } = start();
    const readers = [new Reader(), new Reader(), new Reader()];
    for (const reader of readers) channels.subscribe(reader, 'k', open);
    const other = new Reader();
    channels.subscribe(other, 'other', open);
    expect([opened.length, channels.size, [...channels.views()].length]).toEqual([2, 4, 2]);
    opened[0]!.next = { n: 1 };
    channels.flush();
    for (const reader of readers) expect(reader.got).toEqual([{ n: 1 }]);
    expect(other.got).toEqual([]);
    expect(encoded()).toBe(1);
    expect(opened[0]!.asked).toBe(1);
  });

  test('goes with its last subscriber', () => {
    const { channels, opened, open } = start();
    const [first, second] = [new Reader(), new Reader()];
    channels.subscribe(first, 'k', open);
    channels.subscribe(second, 'k', open);
    expect([channels.unsubscribe(first), channels.unsubscribe(first)]).toEqual([true, false]);
    expect([...channels.views()]).toHaveLength(1);
    channels.unsubscribe(second);
    expect([...channels.views()]).toHaveLength(0);
    channels.subscribe(first, 'k', open);
    expect(opened).toHaveLength(2);
  });

  test('a second subscription replaces the first', () => {
    const { channels, opened, open } = start();
    const reader = new Reader();
    channels.subscribe(reader, 'a', open);
    channels.subscribe(reader, 'b', open);
    expect([channels.size, [...channels.views()].length]).toEqual([1, 1]);
    opened[0]!.next = { n: 1 };
    opened[1]!.next = { n: 2 };
    channels.flush();
    expect(reader.got).toEqual([{ n: 2 }]);
  });

  test('subscribing twice to the same keeps the view, and gives each frame once', () => {
    const { channels, opened, open } = start();
    const reader = new Reader();
    const view = channels.subscribe(reader, 'a', open);
    expect(channels.subscribe(reader, 'a', open)).toBe(view);
    expect([opened.length, channels.size]).toEqual([1, 1]);
    view.next = { n: 1 };
    channels.flush();
    expect(reader.got).toEqual([{ n: 1 }]);
  });

  test('a view that cannot be opened leaves the old subscription', () => {
    const { channels, opened, open } = start();
    const reader = new Reader();
    channels.subscribe(reader, 'a', open);
    const refuse = () => {
      throw new Error('no such group');
    };
    expect(() => channels.subscribe(reader, 'b', refuse)).toThrow('no such group');
    opened[0]!.next = { n: 1 };
    channels.flush();
    expect(reader.got).toEqual([{ n: 1 }]);
  });
});

describe('a subscriber that reads too slowly', () => {
  test('misses frames, and gets what it needs with the next one it can take', () => {
    const { channels, opened, open } = start();
    const [slow, quick] = [new Reader(), new Reader()];
    channels.subscribe(slow, 'k', open);
    channels.subscribe(quick, 'k', open);
    slow.isSlow = true;
    for (const n of [2, 3]) {
      opened[0]!.next = { n };
      channels.flush();
    }
    slow.isSlow = false;
    opened[0]!.next = { n: 4 };
    channels.flush();
    opened[0]!.next = { n: 5 };
    channels.flush();
    expect(slow.got).toEqual([{ all: true, missed: 5, next: 4 }, { n: 5 }]);
    expect(quick.got).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }, { n: 5 }]);
  });

  test('gets it even if nothing changes any more', () => {
    const { channels, opened, open } = start();
    const slow = new Reader();
    channels.subscribe(slow, 'k', open);
    slow.isSlow = true;
    opened[0]!.next = { n: 2 };
    channels.flush();
    channels.flush();
    expect(slow.got).toEqual([]);
    slow.isSlow = false;
    channels.flush();
    channels.flush();
    expect(slow.got).toEqual([{ all: true, missed: 2, next: 'none' }]);
  });
});
