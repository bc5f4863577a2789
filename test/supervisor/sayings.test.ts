import { beforeEach, expect, test } from 'vitest';
import { Sayings } from '../../src/supervisor/sayings.ts';

let sayings: Sayings;
let ids: string[];
beforeEach(() => {
  sayings = new Sayings(() => 'key');
  ids = [];
});

const say = (text: string, outcome: unknown = text) =>
  sayings.say(['send', text], async (id) => {
    ids.push(id);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  });

test('what is said has the key of its call, and a number from the second on', async () => {
  expect([await say('a'), await say('b'), await say('a')]).toEqual(['a', 'b', 'a']);
  expect(ids).toEqual(['key', 'key.2', 'key.3']);
});

test('the same is said by the same call after a crash under the same ids', async () => {
  for (const text of ['a', 'b', 'a']) await say(text);
  const before = ids.splice(0);
  sayings = new Sayings(() => 'key');
  for (const text of ['a', 'b', 'a']) await say(text);
  expect(ids).toEqual(before);
});

test('a try that follows says only what the one before has not, and has what came of that', async () => {
  for (const text of ['a', 'a', 'b']) await say(text, `first ${text}`);
  sayings.begin();
  const outcomes: unknown[] = [];
  for (const text of ['b', 'a', 'c', 'a', 'a']) outcomes.push(await say(text, `second ${text}`));
  expect(outcomes).toEqual(['first b', 'first a', 'second c', 'first a', 'second a']);
  expect(ids).toEqual(['key', 'key.2', 'key.3', 'key.4', 'key.5']);
});

test('what came to nothing is said again, under another id each time', async () => {
  for (let tries = 0; tries < 3; tries++) {
    sayings.begin();
    const outcome = say('a', tries < 2 ? new Error('full') : 'sent');
    await (tries < 2 ? expect(outcome).rejects.toThrow('full') : expect(outcome).resolves.toBe('sent'));
  }
  expect(ids).toEqual(['key', 'key~1', 'key~2']);
});

test('what is still on its way is waited for', async () => {
  let arrive = (_: string): void => undefined;
  const asked = () =>
    sayings.say(
      ['ask', 'a'],
      (id) =>
        new Promise<string>((resolve) => {
          ids.push(id);
          arrive = resolve;
        }),
    );
  const first = asked();
  sayings.begin();
  const second = asked();
  arrive('yes');
  expect([await first, await second, ids]).toEqual(['yes', 'yes', ['key']]);
});
