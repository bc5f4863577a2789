import { expect, test } from 'vitest';
import { createFanOut } from '../../../src/messaging/wiring/fan-out.ts';
import { toAnswer, toCause, toContext, toLines, toMembership } from './topology-context.ts';

const membership = toMembership({ a: 2, b: 2, c: 1, d: 3 });
const to = ['b', 'c'];

test('each reply goes to all members; their answers are parts for whoever fanned out', () => {
  const wiring = createFanOut('w', { kind: 'fan-out', from: 'a', to, gather: 'a' }, membership);
  const sent = wiring.begin(toAnswer('a/1', { observations: 4 }), toContext())!;
  expect(toLines(sent)).toEqual(['a/1 > b/0: a/1 says', 'a/1 > b/1: a/1 says', 'a/1 > c/0: a/1 says']);
  expect(sent[2]).toMatchObject({
    id: 'a/1#4>w>c/0',
    way: { gather: { batch: 'a/1#4>w', index: 2, of: 3, to: 'a/1' } },
  });
  expect(sent[2]?.part).toBeUndefined();
  const cause = toCause(sent[2]!);
  const part = wiring.goOn(toAnswer('c/0', { cause }), cause, toContext())!;
  expect(part).toEqual([
    {
      id: 'c/0#1>a/1#4>w',
      from: 'c/0',
      to: 'a/1',
      body: 'c/0 says',
      wire: 'w',
      part: { batch: 'a/1#4>w', index: 2, of: 3 },
    },
  ]);
  const gathered = toCause(part[0]!, part);
  expect(wiring.goOn(toAnswer('a/1', { cause: gathered }), gathered, toContext())).toBeUndefined();
});

test('without gather the answers come out of it', () => {
  const wiring = createFanOut('w', { kind: 'fan-out', from: 'a', to }, membership);
  const [first] = wiring.begin(toAnswer('a/0'), toContext(['b/0']))!;
  expect(first).toEqual({ id: 'a/0#1>w>b/0', from: 'a/0', to: 'b/0', body: 'a/0 says', wire: 'w' });
  const cause = toCause(first!);
  expect(wiring.goOn(toAnswer('b/0', { cause }), cause, toContext())).toBeUndefined();
  expect(wiring.lose({ agent: 'b/0', taken: 0, cause, reason: 'x' }, toContext())).toEqual([]);
});

test('members of another group gather in turn, those that have ended excepted; told again it is the same one', () => {
  const wiring = createFanOut('w', { kind: 'fan-out', from: 'a', to, gather: 'd' }, membership);
  const gatherer = (agent: string, observations: number, gone: string[] = []) =>
    wiring.begin(toAnswer(agent, { observations }), toContext(gone))?.[0]?.way?.gather?.to;
  expect([1, 2, 3, 4].map((n) => gatherer('a/0', n))).toEqual(['d/0', 'd/1', 'd/2', 'd/0']);
  expect(gatherer('a/0', 2)).toBe('d/1');
  expect(gatherer('a/1', 1, ['d/1'])).toBe('d/2');
  expect(gatherer('a/1', 1, ['d/0', 'd/1', 'd/2'])).toBe('d/1');
});

test('one that has ended, and one that has failed, is an error part', () => {
  const wiring = createFanOut('w', { kind: 'fan-out', from: 'a', to, gather: 'd' }, membership);
  const sent = wiring.begin(toAnswer('a/0'), toContext(['b/1']))!;
  const ended = { batch: 'a/0#1>w', index: 1, of: 3, isError: true };
  expect(sent[1]).toEqual({ id: 'a/0#1>w!1', from: 'b/1', to: 'd/0', body: 'it has ended', wire: 'w', part: ended });
  const cause = toCause(sent[0]!);
  const lost = wiring.lose({ agent: 'b/0', taken: 0, cause, reason: 'no idea' }, toContext());
  expect(lost).toEqual([
    { id: 'a/0#1>w!0', from: 'b/0', to: 'd/0', body: 'no idea', wire: 'w', part: { ...ended, index: 0 } },
  ]);
  expect(wiring.lose({ agent: 'a/0', taken: 1, cause: undefined, reason: 'x' }, toContext())).toEqual([]);
});

test('only replies of its own group begin it, and not to nobody', () => {
  const wiring = createFanOut('w', { kind: 'fan-out', from: 'a', to: ['a', 'nobody'] }, toMembership({ a: 1 }));
  expect(wiring.begin(toAnswer('b/0'), toContext())).toBeUndefined();
  expect(wiring.begin(toAnswer('a/0'), toContext())).toBeUndefined();
});
