import { describe, expect, test } from 'vitest';
import { Mailbox } from '../../../src/messaging/mailbox.ts';
import { createAllToAll } from '../../../src/messaging/wiring/all-to-all.ts';
import type { Delivery, WiredAnswer } from '../../../src/messaging/wiring/topology.ts';
import type { Message } from '../../../src/protocol.ts';
import { toMessage } from '../../messages.ts';
import { toAnswer, toCause, toContext, toLines, toMembership } from './topology-context.ts';

const create = (count: number, rounds = 2, items = 1) =>
  createAllToAll('w', { kind: 'all-to-all', group: 'v', rounds }, toMembership({ v: count }, items));

/** Plays it to its end: who has observed what, by round. Fails if somebody is left waiting. */
function play(count: number, rounds: number, first: readonly string[], gone: readonly string[] = []): string[] {
  const topology = create(count, rounds, first.length === 1 ? 0 : 1);
  const context = toContext(gone);
  const boxes = new Map<string, Mailbox>();
  const log: string[] = [];
  const seen = new Set<string>();
  const deliver = (deliveries: readonly Delivery[] | undefined): void => {
    for (const delivery of deliveries ?? []) {
      if (seen.has(delivery.id)) continue;
      seen.add(delivery.id);
      const box = boxes.get(delivery.to) ?? new Mailbox();
      boxes.set(delivery.to, box);
      box.push(toMessage({ ...delivery }));
    }
  };
  const cause = first.length === 1 ? toMessage({ id: 'q', kind: 'input' }) : undefined;
  for (const agent of first) deliver(topology.begin(toAnswer(agent, { cause }), context));
  let observations = 1;
  for (let isGoingOn = true; isGoingOn; ) {
    isGoingOn = false;
    for (const [agent, box] of boxes) {
      const message = box.take();
      if (message === undefined) continue;
      isGoingOn = true;
      const from = message.parts?.map((part) => `${part.from}${part.isError ? '!' : ''}`) ?? [message.from];
      log.push(`${message.round} ${agent} < ${from.join(' ')}`);
      const answer: WiredAnswer = toAnswer(agent, { cause: message, observations: ++observations });
      deliver(topology.goOn(answer, message as Message, context));
    }
  }
  for (const box of boxes.values()) expect(box.incomplete()).toEqual([]);
  return log.sort();
}

describe('all together', () => {
  test('each gets what all others have said, in each round', () => {
    expect(play(3, 2, ['v/0', 'v/1', 'v/2'])).toEqual(
      [1, 2].flatMap((round) => [`${round} v/0 < v/1 v/2`, `${round} v/1 < v/0 v/2`, `${round} v/2 < v/0 v/1`]),
    );
    expect(play(2, 2, ['v/0', 'v/1'])).toEqual(['1 v/0 < v/1', '1 v/1 < v/0', '2 v/0 < v/1', '2 v/1 < v/0']);
  });

  test('those that have ended are errors in each round', () => {
    expect(play(3, 2, ['v/0', 'v/2'], ['v/1'])).toEqual([
      '1 v/0 < v/1! v/2',
      '1 v/2 < v/0 v/1!',
      '2 v/0 < v/1! v/2',
      '2 v/2 < v/0 v/1!',
    ]);
  });

  test('one that fails is an error for the others, the same as if they had found it gone', () => {
    const topology = create(3);
    const loss = { agent: 'v/1', taken: 1, cause: undefined, reason: 'no idea' };
    const lost = topology.lose(loss, toContext());
    expect(toLines(lost)).toEqual(['v/1 > v/0 in 1: no idea', 'v/1 > v/2 in 1: no idea']);
    const found = topology.begin(toAnswer('v/0'), toContext(['v/1']))!;
    expect(found.filter(({ part }) => part?.isError).map(({ id }) => id)).toEqual([lost[1]?.id]);
    const said = topology.begin(toAnswer('v/1'), toContext())!;
    expect(said.map(({ part }) => part?.batch)).toEqual(lost.map(({ part }) => part?.batch));
  });

  test('one that fails in the last round is missed by nobody', () => {
    const cause = toMessage({ wire: 'w', round: 2, way: { origin: 'item 1' } });
    expect(create(3).lose({ agent: 'v/1', taken: 1, cause, reason: 'x' }, toContext())).toEqual([]);
    const before = { ...cause, round: 1 };
    expect(create(3).lose({ agent: 'v/1', taken: 1, cause: before, reason: 'x' }, toContext())).toHaveLength(2);
  });

  test('what was published or fanned out to all belongs together; whoever sent it is not waited for', () => {
    const topic = (agent: string) =>
      toMessage({ id: `p/${agent}`, kind: 'topic', topic: 't', from: 'x/0', way: { isShared: true } });
    const begin = (agent: string, cause: Message) => create(3).begin(toAnswer(agent, { cause }), toContext());
    const batches = (agent: string, cause: Message) => begin(agent, cause)?.map(({ part }) => part?.batch);
    expect(batches('v/0', topic('v/0'))?.at(-1)).toBe(batches('v/1', topic('v/1'))?.at(-1));
    const fanned = (agent: string) => toMessage({ id: `x/0#1>f>${agent}`, wire: 'f', from: 'x/0' });
    expect(batches('v/0', fanned('v/0'))?.at(-1)).toBe(batches('v/1', fanned('v/1'))?.at(-1));
    const { wire: _, ...named } = fanned('v/0');
    for (const alone of [{ ...topic('v/0'), way: {} }, named, toMessage({ id: 'v/0', wire: 'f' })]) {
      expect(batches('v/0', alone)).toEqual([undefined, undefined]);
    }
    const own = { ...fanned('v/0'), from: 'v/2' };
    expect(begin('v/0', own)?.map(({ to, part }) => [to, part?.of])).toEqual([
      ['v/1', undefined],
      ['v/2', 2],
    ]);
  });
});

describe('one alone', () => {
  test('tells all others, who go on with it', () => {
    expect(play(3, 3, ['v/1'])).toEqual([
      '1 v/0 < v/1',
      '1 v/2 < v/1',
      '2 v/0 < v/2',
      '2 v/1 < v/0 v/2',
      '2 v/2 < v/0',
      '3 v/0 < v/1 v/2',
      '3 v/1 < v/0 v/2',
      '3 v/2 < v/0 v/1',
    ]);
    expect(play(2, 3, ['v/0'])).toEqual(['1 v/1 < v/0', '2 v/0 < v/1', '3 v/1 < v/0']);
    expect(play(4, 2, ['v/0'])).toHaveLength(3 + 4);
  });

  test('nobody waits for one who was asked alone and fails', () => {
    const cause = toMessage({ kind: 'input' });
    expect(create(3).lose({ agent: 'v/0', taken: 0, cause, reason: 'x' }, toContext())).toEqual([]);
  });
});

test('is for its own group of two or more', () => {
  expect(create(1).begin(toAnswer('v/0'), toContext())).toBeUndefined();
  expect(create(3).begin(toAnswer('x/0'), toContext())).toBeUndefined();
  const [sent] = create(3).begin(toAnswer('v/0'), toContext())!;
  const cause = toCause(sent!);
  expect(create(3).goOn(toAnswer('x/0', { cause }), cause, toContext())).toBeUndefined();
  expect(create(3).lose({ agent: 'x/0', taken: 0, cause, reason: 'x' }, toContext())).toEqual([]);
});
