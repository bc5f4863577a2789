import { expect, test } from 'vitest';
import { createRing } from '../../../src/messaging/wiring/ring.ts';
import type { Message } from '../../../src/protocol.ts';
import { toAnswer, toCause, toContext, toMembership } from './topology-context.ts';

/** Who gets it, and in which round, from one who begins until it comes out. */
function follow(count: number, rounds: number, first: string, gone: (step: number) => string[] = () => []): string[] {
  const ring = createRing('w', { kind: 'ring', group: 'n', rounds }, toMembership({ n: count }));
  const path: string[] = [];
  let agent = first;
  let cause: Message | undefined;
  for (let step = 0; step < 100; step++) {
    const context = toContext(gone(step));
    const answer = toAnswer(agent, { cause });
    const sent = cause === undefined ? ring.begin(answer, context) : ring.goOn(answer, cause, context);
    if (sent?.[0] === undefined) return path;
    path.push(`${sent[0].to} ${sent[0].round}`);
    agent = sent[0].to;
    cause = toCause(sent[0]);
  }
  throw new Error('it has no end');
}

test('goes around to whoever began, so many times', () => {
  expect(follow(3, 2, 'n/1')).toEqual(['n/2 1', 'n/0 1', 'n/1 1', 'n/2 2', 'n/0 2', 'n/1 2']);
  expect(follow(2, 1, 'n/0')).toEqual(['n/1 1', 'n/0 1']);
  expect(follow(1, 3, 'n/0')).toEqual([]);
});

test('passes over those that have ended', () => {
  expect(follow(4, 1, 'n/0', () => ['n/2'])).toEqual(['n/1 1', 'n/3 1', 'n/0 1']);
  expect(follow(3, 1, 'n/0', () => ['n/1', 'n/2'])).toEqual([]);
});

test('if whoever began has ended, a round is over with the one before', () => {
  const gone = (step: number): string[] => (step > 0 ? ['n/0'] : []);
  expect(follow(4, 1, 'n/0', gone)).toEqual(['n/1 1', 'n/2 1', 'n/3 1']);
  expect(follow(3, 2, 'n/0', gone)).toEqual(['n/1 1', 'n/2 1', 'n/1 2', 'n/2 2']);
});

test('is for its own group, and nobody waits in it', () => {
  const ring = createRing('w', { kind: 'ring', group: 'n', rounds: 1 }, toMembership({ n: 2 }));
  expect(ring.begin(toAnswer('x/0'), toContext())).toBeUndefined();
  const [sent] = ring.begin(toAnswer('n/0'), toContext())!;
  const cause = toCause(sent!);
  expect(ring.goOn(toAnswer('x/0', { cause }), cause, toContext())).toBeUndefined();
  expect(ring.lose({ agent: 'n/1', taken: 0, cause, reason: 'x' }, toContext())).toEqual([]);
});
