import { expect, test } from 'vitest';
import type { Message } from '../../src/protocol.ts';
import { createDirectory } from '../../src/supervisor/directory.ts';
import { toMessage } from '../messages.ts';

let count = 0;
const message = (to: string, body = 'x', more: Partial<Message> = {}) =>
  toMessage({ id: `m${++count}`, from: 'user', to, body, ...more });

function recipient() {
  const got: string[] = [];
  const messages: Message[] = [];
  return {
    got,
    waiting: () => messages.length,
    receive(each: Message) {
      got.push(each.body);
      messages.push(each);
    },
    wouldAdd: () => true,
    dropOldest: () => messages.splice(0, 1),
  };
}

test('delivers to whoever is there, in order', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  const a = recipient();
  directory.reserve('a/0');
  directory.enter('a/0', a);
  directory.deliver(message('a/0', 'one'));
  directory.deliver(message('a/0', 'two'));
  expect(a.got).toEqual(['one', 'two']);
  expect([...directory.ids()]).toEqual(['a/0']);
});

test('keeps messages for one who has not started yet', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  const a = recipient();
  directory.reserve('a/0');
  directory.deliver(message('a/0', 'early'));
  expect(directory.size).toBe(0);
  expect(directory.hasMail('a/0')).toBe(true);
  expect(directory.enter('a/0', a).map(({ body }) => body)).toEqual(['early']);
  expect(directory.hasMail('a/0')).toBe(false);
});

test('counts what waits for an agent, and gives up the oldest of it, before its start and after it', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  const dropped = () => directory.dropOldest('a/0').map(({ body }) => body);
  expect([directory.waiting('b/7'), directory.dropOldest('b/7'), directory.isKnown('b/7')]).toEqual([0, [], false]);
  directory.reserve('a/0');
  expect([directory.waiting('a/0'), dropped()]).toEqual([0, []]);
  for (const body of ['one', 'two', 'three']) directory.deliver(message('a/0', body));
  expect([directory.waiting('a/0'), dropped()]).toEqual([3, ['one']]);
  const a = recipient();
  for (const early of directory.enter('a/0', a)) a.receive(early);
  expect([directory.waiting('a/0'), dropped()]).toEqual([2, ['two']]);
  expect(directory.waiting('a/0')).toBe(1);
});

test('of what is gathered for one who has not started yet, only the last part is one more', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  directory.reserve('a/0');
  const part = (index: number) => message('a/0', `part ${index}`, { part: { batch: 'b', index, of: 2 } });
  const [first, second] = [part(0), part(1)];
  expect([directory.wouldAdd(first), directory.wouldAdd(message('a/0'))]).toEqual([false, true]);
  directory.deliver(first);
  expect([directory.waiting('a/0'), directory.wouldAdd(second), directory.wouldAdd(first)]).toEqual([0, true, false]);
  expect(directory.dropOldest('a/0')).toEqual([]);
  directory.deliver(second);
  directory.deliver(second);
  expect(directory.waiting('a/0')).toBe(1);
  expect(directory.dropOldest('a/0')).toEqual([first, second]);
  directory.deliver(message('a/0', 'last'));
  expect(directory.enter('a/0', recipient()).map(({ body }) => body)).toEqual(['last']);
});

test('one is alive from the moment it is reserved until it leaves', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  const alive = () => directory.isAlive('a/0');
  expect(alive()).toBe(false);
  directory.reserve('a/0');
  expect(alive()).toBe(true);
  directory.deliver(message('a/0'));
  expect([alive(), directory.get('a/0')]).toEqual([true, undefined]);
  directory.enter('a/0', recipient());
  expect([alive(), directory.size]).toEqual([true, 1]);
  directory.leave('a/0');
  expect([alive(), directory.size]).toEqual([false, 0]);
});

test('one that has stopped and will start again keeps its address, and what is sent to it waits', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  directory.reserve('a/0');
  directory.enter('a/0', recipient());
  directory.vacate('a/0');
  expect([directory.isAlive('a/0'), directory.size, directory.get('a/0')]).toEqual([true, 0, undefined]);
  directory.deliver(message('a/0', 'meanwhile'));
  expect(directory.enter('a/0', recipient()).map(({ body }) => body)).toEqual(['meanwhile']);
});

test('one that leaves before it has started counts as ended, and its messages go with it', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  directory.reserve('a/0');
  directory.deliver(message('a/0'));
  expect(directory.leave('a/0').map(({ body }) => body)).toEqual(['x']);
  expect([directory.isAlive('a/0'), directory.size, directory.ids()]).toEqual([false, 0, []]);
  expect([directory.isKnown('a/0'), directory.waiting('a/0'), directory.dropOldest('a/0')]).toEqual([true, 0, []]);
});
