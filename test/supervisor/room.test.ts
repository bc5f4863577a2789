import { beforeEach, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { WaitingRoom } from '../../src/supervisor/room.ts';
import { toMessage } from '../messages.ts';

let clock: ReturnType<typeof createVirtualClock>;
let room: WaitingRoom;
let log: string[];
let places: number;
beforeEach(() => {
  clock = createVirtualClock();
  log = [];
  places = 0;
  room = new WaitingRoom(clock, ({ body }) => {
    places--;
    log.push(`in ${body}`);
  });
});

const enter = (body: string, to = 'b/0', from = 'a/0') =>
  room.enter(toMessage({ id: body, body, to, from }), () => log.push(`admitted ${body}`));
const admit = async (free: number, agent = 'b/0') => {
  places = free;
  room.admit(agent, () => places > 0);
  await clock.sleep(1);
};

test('as many as there is room for go in, in their order, and their senders hear of it', async () => {
  for (const body of ['one', 'two', 'three']) enter(body);
  await admit(0);
  expect(log).toEqual([]);
  await admit(2);
  expect(log).toEqual(['in one', 'admitted one', 'in two', 'admitted two']);
  expect(room.lengthOf('b/0')).toBe(1);
  await admit(5);
  expect(room.lengthOf('b/0')).toBe(0);
  expect(log.slice(4)).toEqual(['in three', 'admitted three']);
});

test('not at once: whoever took a message is in the middle of its turn', () => {
  enter('one');
  places = 1;
  room.admit('b/0', () => true);
  expect(log).toEqual([]);
});

test('one that has gone out of the line does not go in, whenever it goes', async () => {
  const [first, second, third] = ['one', 'two', 'three'].map((body) => enter(body));
  second!();
  second!();
  await admit(1);
  first!();
  expect([log, room.lengthOf('b/0')]).toEqual([['in one', 'admitted one'], 1]);
  third!();
  expect(room.lengthOf('b/0')).toBe(0);
  // A line that came after it is another one.
  enter('four');
  third!();
  await admit(1);
  expect(log.at(-1)).toBe('admitted four');
});

test('each agent has its own line, and it is known who waits in it', async () => {
  enter('one', 'b/0', 'a/0');
  enter('two', 'c/0', 'a/0');
  enter('three', 'c/0', 'a/1');
  expect([room.waitedFor('a/0'), room.waitedFor('a/1'), room.waitedFor('z/0')]).toEqual([['b/0', 'c/0'], ['c/0'], []]);
  await admit(5, 'c/0');
  expect([room.lengthOf('b/0'), room.lengthOf('c/0'), room.waitedFor('a/0')]).toEqual([1, 0, ['b/0']]);
  const leave = enter('four', 'b/0', 'a/0');
  leave();
  leave();
  expect(room.waitedFor('a/0')).toEqual(['b/0']);
  room.clear('b/0');
  expect([room.waitedFor('a/0'), room.waitedFor('a/1')]).toEqual([[], []]);
});

test('one that leaves a line after its agent has ended changes nothing', () => {
  const leave = enter('one');
  room.clear('b/0');
  enter('two');
  leave();
  expect([room.lengthOf('b/0'), room.waitedFor('a/0')]).toEqual([1, ['b/0']]);
});

test('when an agent has ended nobody waits for it any more', async () => {
  enter('one');
  enter('two');
  room.admit('b/0', () => true);
  expect(room.clear('b/0').map(({ body }) => body)).toEqual(['one', 'two']);
  await clock.sleep(1);
  expect(log).toEqual(['admitted one', 'admitted two']);
  expect([room.lengthOf('b/0'), room.clear('b/0')]).toEqual([0, []]);
});
