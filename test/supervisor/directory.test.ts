import { expect, test } from 'vitest';
import { MAILBOX_MAX } from '../../src/base/limits.ts';
import type { Message } from '../../src/protocol.ts';
import { createDirectory } from '../../src/supervisor/directory.ts';

const message = (to: string, body = 'x'): Message => ({ id: 'm', from: 'user', to, body, at: 0 });

function recipient() {
  const got: string[] = [];
  return { got, waiting: () => got.length, receive: (each: Message) => void got.push(each.body) };
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

test('refuses an unknown address, one that has ended, and a full mailbox', () => {
  const directory = createDirectory<ReturnType<typeof recipient>>();
  expect(() => directory.deliver(message('b/7'))).toThrow('Cannot send to "b/7": there is no such agent');
  directory.reserve('a/0');
  for (let i = 0; i < MAILBOX_MAX; i++) directory.deliver(message('a/0'));
  expect(() => directory.deliver(message('a/0'))).toThrow(/1000 messages are waiting/);
  const a = recipient();
  for (const early of directory.enter('a/0', a)) a.receive(early);
  expect(() => directory.deliver(message('a/0'))).toThrow(/1000 messages are waiting/);
  directory.leave('a/0');
  expect(() => directory.deliver(message('a/0'))).toThrow('the agent has ended');
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
  directory.leave('a/0');
  expect([directory.isAlive('a/0'), directory.size, directory.ids()]).toEqual([false, 0, []]);
  expect(() => directory.deliver(message('a/0'))).toThrow('the agent has ended');
});
