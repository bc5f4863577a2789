import { expect, test } from 'vitest';
import { createModerator } from '../../../src/messaging/wiring/moderator.ts';
import { toMessage } from '../../messages.ts';
import { toAnswer, toCause, toContext, toLines, toMembership } from './topology-context.ts';

const moderator = createModerator(
  'w',
  { kind: 'moderator', group: 'chair', members: ['m'], rounds: 2 },
  toMembership({ chair: 1, m: 2 }),
);

test('so many rounds there and back, and then the reply comes out', () => {
  const context = toContext();
  const first = moderator.begin(toAnswer('chair/0'), context)!;
  expect(toLines(first)).toEqual(['chair/0 > m/0 in 1: chair/0 says', 'chair/0 > m/1 in 1: chair/0 says']);
  const part = moderator.goOn(toAnswer('m/0', { cause: toCause(first[0]!) }), toCause(first[0]!), context)!;
  expect(toLines(part)).toEqual(['m/0 > chair/0 in 1: m/0 says']);
  const heard = toCause(part[0]!, part);
  const second = moderator.goOn(toAnswer('chair/0', { cause: heard, observations: 2 }), heard, context)!;
  expect(second.map(({ id, round }) => [id, round])).toEqual([
    ['chair/0#2>w>m/0', 2],
    ['chair/0#2>w>m/1', 2],
  ]);
  const last = { ...heard, round: 2 };
  expect(moderator.goOn(toAnswer('chair/0', { cause: last }), last, context)).toBeUndefined();
});

test('only the moderator begins; what a member begins by itself goes nowhere', () => {
  expect(moderator.begin(toAnswer('m/0'), toContext())).toBeUndefined();
  const foreign = toMessage({ wire: 'w', round: 1 });
  expect(moderator.goOn(toAnswer('m/0', { cause: foreign }), foreign, toContext())).toBeUndefined();
});

test('whoever a question was handed over to answers it, also the moderator itself', () => {
  const [question] = moderator.begin(toAnswer('chair/0'), toContext())!;
  const cause = { ...toCause(question!), kind: 'handoff' as const };
  expect(toLines(moderator.goOn(toAnswer('x/0', { cause }), cause, toContext()))).toEqual([
    'x/0 > chair/0 in 1: x/0 says',
  ]);
  expect(moderator.goOn(toAnswer('chair/0', { cause }), cause, toContext())).toHaveLength(1);
});
