import { describe, expect, test } from 'vitest';
import { createWiring } from '../../../src/messaging/wiring/create-wiring.ts';
import type { AgentSpec, Message, WiringSpec } from '../../../src/protocol.ts';
import { toMessage } from '../../messages.ts';
import { toAnswer, toCause, toContext, toLines } from './topology-context.ts';

function agents(groups: Readonly<Record<string, number>>, items = 0) {
  return Object.entries(groups).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index) => {
      const own = Array.from({ length: items }, () => ({ template: 'x' }));
      return { id: `${name}/${index}`, group: { name } as AgentSpec['group'], items: own };
    }),
  );
}

const create = (specs: readonly WiringSpec[], groups: Readonly<Record<string, number>>, items = 0) =>
  createWiring(specs, agents(groups, items));

const debate: WiringSpec = { kind: 'moderator', group: 'chair', members: ['m'], rounds: 1 };
const vote: WiringSpec = { kind: 'fan-out', from: 'chair', to: ['voter'], gather: 'chair' };
const groups = { chair: 1, m: 1, voter: 1, clerk: 1 };

test('without wiring nobody is wired, and nothing follows', () => {
  const wiring = create([{ kind: 'blackboard', name: 'b', groups: ['chair'] }], groups);
  expect(wiring.isWired('chair')).toBe(false);
  expect(wiring.answered(toAnswer('chair/0'), toContext())).toEqual([]);
  expect(wiring.lost({ agent: 'm/0', taken: 0, cause: undefined, reason: 'x' }, toContext())).toEqual([]);
});

test('a reply goes into all wirings of its group, each with a name of its own', () => {
  const wiring = create([vote, { ...vote, to: ['m'] }, { kind: 'pipeline', groups: ['chair', 'clerk'] }], groups);
  const sent = wiring.answered(toAnswer('chair/0'), toContext());
  expect(sent.map(({ wire, to }) => `${wire} ${to}`)).toEqual([
    'fan_out:chair voter/0',
    'fan_out:chair~2 m/0',
    'pipeline:chair clerk/0',
  ]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(3);
  expect(['chair', 'voter', 'm', 'clerk', 'x'].map((group) => wiring.isWired(group))).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
});

describe('wirings one after the other', () => {
  const wiring = create([vote, debate, { kind: 'pipeline', groups: ['chair', 'clerk'] }], groups);
  const context = toContext();
  const answer = (agent: string, cause: Message | undefined, observations = 1) =>
    wiring.answered(toAnswer(agent, { cause, observations }), context);

  const [question] = answer('chair/0', undefined);
  const [opinion] = answer('m/0', toCause(question!));
  const heard = toCause(opinion!, [opinion!]);
  const afterwards = answer('chair/0', heard, 2);

  test('what has rounds comes first, alone', () => {
    expect(toLines(answer('chair/0', undefined))).toEqual(['chair/0 > m/0 in 1: chair/0 says']);
  });

  test('and what comes out of it goes on by the others', () => {
    expect(afterwards.map(({ wire, to, way }) => [wire, to, way?.before])).toEqual([
      ['fan_out:chair', 'voter/0', ['moderator:chair']],
      ['pipeline:chair', 'clerk/0', ['moderator:chair']],
    ]);
  });

  test('none begins again in the same chain', () => {
    const [ballot] = answer('voter/0', toCause(afterwards[0]!));
    expect(ballot?.way?.before).toEqual(['moderator:chair']);
    const counted = toCause(ballot!, [ballot!]);
    const last = answer('chair/0', counted, 3);
    expect(last.map(({ wire, to, way }) => [wire, to, way?.before])).toEqual([
      ['pipeline:chair', 'clerk/0', ['moderator:chair', 'fan_out:chair']],
    ]);
    expect(answer('clerk/0', toCause(last[0]!))).toEqual([]);
  });

  test('what somebody sends of his own accord begins anew', () => {
    expect(answer('chair/0', toMessage({ kind: 'tell' }))[0]?.wire).toBe('moderator:chair');
  });

  test('a message of a wiring that is not there any more is one from outside', () => {
    expect(answer('chair/0', toMessage({ wire: 'ring:gone' }))[0]?.wire).toBe('moderator:chair');
  });
});

describe('what will not be answered', () => {
  test('is told to those who gather it, in the wirings it belongs to alone', () => {
    const wiring = create([vote, debate], groups);
    const [question] = wiring.answered(toAnswer('chair/0'), toContext());
    const cause = toCause(question!);
    expect(toLines(wiring.lost({ agent: 'm/0', taken: 0, cause, reason: 'no' }, toContext()))).toEqual([
      'm/0 > chair/0 in 1: no',
    ]);
  });

  test('is told to those for whom it would have begun something', () => {
    const wiring = create(
      [
        { kind: 'fan-out', from: 'chair', to: ['voter'] },
        { kind: 'all-to-all', group: 'voter', rounds: 1 },
      ],
      { chair: 1, voter: 3 },
    );
    const [question] = wiring.answered(toAnswer('chair/0'), toContext());
    const lost = wiring.lost({ agent: 'voter/0', taken: 0, cause: toCause(question!), reason: 'no' }, toContext());
    expect(lost.map(({ from, to, wire, way }) => [from, to, wire, way?.before])).toEqual([
      ['voter/0', 'voter/1', 'all_to_all:voter', ['fan_out:chair']],
      ['voter/0', 'voter/2', 'all_to_all:voter', ['fan_out:chair']],
    ]);
    const said = wiring.answered(toAnswer('voter/0', { cause: toCause(question!) }), toContext());
    expect(said.map(({ part }) => part?.batch)).toEqual(lost.map(({ part }) => part?.batch));
  });

  test('is told to those who have got the same topic', () => {
    const wiring = create([{ kind: 'all-to-all', group: 'voter', rounds: 1 }], { voter: 3 });
    const topic = (more: Partial<Message>) => toMessage({ id: 'p/voter/0', kind: 'topic', topic: 't', ...more });
    const lost = (cause: Message) =>
      wiring.lost({ agent: 'voter/0', taken: 0, cause, reason: 'no' }, toContext()).map(({ to }) => to);
    expect(lost(topic({ way: { isShared: true } }))).toEqual(['voter/1', 'voter/2']);
    expect(lost(topic({}))).toEqual([]);
  });

  test('of one who has ended, all that it had not taken', () => {
    const wiring = create([{ kind: 'all-to-all', group: 'voter', rounds: 1 }], { voter: 3 }, 3);
    expect(toLines(wiring.left('voter/1', 1, toContext(['voter/1'])))).toEqual([
      'voter/1 > voter/0 in 1: it has ended',
      'voter/1 > voter/2 in 1: it has ended',
      'voter/1 > voter/0 in 1: it has ended',
      'voter/1 > voter/2 in 1: it has ended',
    ]);
    expect(wiring.left('voter/1', Number.POSITIVE_INFINITY, toContext())).toEqual([]);
  });
});
