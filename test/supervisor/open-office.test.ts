import { describe, expect, test } from 'vitest';
import { createContext } from '../../src/agent/context.ts';
import { START } from '../../src/agent/resumed-agent.ts';
import type { EndedStatus, WiringSpec } from '../../src/protocol.ts';
import type { Child } from '../../src/supervisor/child.ts';
import { createDirectory } from '../../src/supervisor/directory.ts';
import { type OfficeOptions, openOffice, subscribe } from '../../src/supervisor/open-office.ts';
import { createHarness, decision } from '../agent/harness.ts';
import { toMessage } from '../messages.ts';

/** An office on its own: agents are known, and of those that run there is a place alone. */
function open(options: Partial<OfficeOptions> & { readonly declared?: readonly string[] } = {}) {
  const { declared, ...rest } = options;
  const group = { observe: { items: [], inbox: true }, ...(declared && { subscribe: declared }) };
  const harness = createHarness({ decide: () => ({}), count: 3, items: [], group, others: { sink: {} } });
  const { env, specs } = harness;
  const directory = createDirectory<Child>();
  for (const { id } of specs) directory.reserve(id);
  const idle = new Set<string>();
  const office = openOffice(env, {
    directory,
    idle,
    specs,
    resumed: new Map(),
    ended: new Map(),
    letters: [],
    spilled: new Map(),
    wake: () => undefined,
    hold: () => undefined,
    isOver: () => false,
    check: () => undefined,
    spawn: (_, name) => `${name}/7`,
    sessionOf: ({ name }) => `${name}/8`,
    ...rest,
  });
  for (const spec of specs) office.addresses.add(spec);
  const enter = (index: number) => {
    const spec = specs[index]!;
    const child = { spec, context: createContext({ spec }), waiting: () => 2, receive: () => undefined };
    directory.enter(spec.id, child as unknown as Child);
    return child;
  };
  return { ...harness, office, directory, idle, enter };
}

describe('an office', () => {
  test('knows how much everybody has to do: what waits, and what it works on', () => {
    const { office, idle, enter } = open();
    enter(0);
    enter(1);
    idle.add('agent/1');
    expect(['agent/0', 'agent/1', 'agent/2'].map((agent) => office.loadOf(agent))).toEqual([3, 2, 0]);
  });

  test('has the dead letters of earlier lives', () => {
    const letter = { message: toMessage({ id: 'm1' }), reason: 'expired', at: 5 } as const;
    expect(open({ letters: [letter] }).office.letters.list()).toEqual([letter]);
  });

  test('knows who has got a message before, of those who go on', () => {
    const life = { point: START, transcript: [], mailbox: [], seen: new Set(['m1']) };
    const { office } = open({ resumed: new Map([['agent/1', life]]) });
    const all = ['agent/0', 'agent/1', 'agent/2'];
    expect([office.findReceiver('m1', all), office.findReceiver('m2', all)]).toEqual(['agent/1', undefined]);
  });

  test('reads what was answered before, by those who go on and by those who have ended', async () => {
    const life = { point: START, transcript: [], mailbox: [], seen: new Set(['m1']) };
    const ended = new Map<string, EndedStatus>([['agent/1', 'done']]);
    const { office, memory } = open({ resumed: new Map([['agent/0', life]]), ended });
    for (const agent of ['agent/0', 'agent/1', 'agent/2']) {
      const message = toMessage({ id: 'm1', kind: 'ask', to: agent });
      await memory.append('run', agent, {
        journal: [
          { type: 'observed', turn: 1, at: 0, observation: { kind: 'message', text: 'hi', message } },
          { type: 'model.done', turn: 1, at: 0, decision: decision({ reply: `${agent} says` }) },
        ],
        transcript: [],
      });
    }
    const answers = ['agent/0', 'agent/1', 'agent/2'].map((agent) => office.findAnswer(agent, 'm1'));
    // Of the last one nobody has to read what it says: it has begun in this life.
    expect((await Promise.all(answers)).map((one) => one?.text)).toEqual(['agent/0 says', 'agent/1 says', undefined]);
  });

  test('keeps what somebody has subscribed to with its agent, as long as that is there', () => {
    const { office, enter, ofType } = open();
    const { context } = enter(0);
    for (const topic of ['b', 'a', 'b']) office.subscribe('agent/0', topic);
    expect([...(context.work.topics ?? [])].sort()).toEqual(['a', 'b']);
    office.unsubscribe('agent/0', 'b');
    office.unsubscribe('agent/0', 'b');
    expect(context.work.topics).toEqual(['a']);
    office.subscribe('agent/2', 'a');
    expect(office.topics.of('a')).toEqual(['agent/0', 'agent/2']);
    expect([ofType('agent.subscribed').length, ofType('agent.unsubscribed').length]).toEqual([3, 1]);
  });

  const wiring: WiringSpec[] = [{ kind: 'pipeline', groups: ['agent', 'sink'] }];

  test('brings answers to whom they are wired', () => {
    const { office, specs, ofType } = open({ wiring });
    expect(office.isAwaited(specs[0]!, undefined)).toBe(true);
    office.answered(specs[0]!, { observations: 1, taken: 1, cause: undefined, reply: 'mine' });
    expect(ofType('message.sent')).toMatchObject([{ message: { from: 'agent/0', to: 'sink/0', body: 'mine' } }]);
    const unwired = open();
    expect(unwired.office.isAwaited(unwired.specs[0]!, undefined)).toBe(false);
  });

  test.each([
    [false, 1],
    [true, 0],
  ])('tells what is missing unless the run is over: %s', (isOver, told) => {
    const moderated: WiringSpec[] = [{ kind: 'moderator', group: 'sink', members: ['agent'], rounds: 1 }];
    const { office, ofType } = open({ wiring: moderated, isOver: () => isOver });
    const gather = { batch: 'r', index: 0, of: 3, to: 'sink/0' };
    const cause = toMessage({
      id: 'q',
      from: 'sink/0',
      to: 'agent/0',
      wire: 'moderator:sink',
      round: 1,
      way: { gather },
    });
    office.unanswered('agent/0', cause, 'no idea', 0);
    expect(ofType('message.sent').filter(({ message }) => message.part?.isError === true)).toHaveLength(told);
  });
});

describe('an agent is subscribed', () => {
  test.each<[string, readonly string[] | undefined, readonly string[]]>([
    ['to what its group says, made for it', undefined, ['all', 'of agent/1']],
    ['to what it has chosen instead', ['mine'], ['mine']],
    ['to nothing if it has left all', [], []],
  ])('%s', (_, chosen, topics) => {
    const { office, env, specs } = open({ declared: ['all', 'of {{ agent }}'] });
    subscribe(env, office, specs[1]!, chosen);
    expect([...office.topics.topicsOf('agent/1')]).toEqual(topics);
  });

  test('to nothing where nothing is said', () => {
    const { office, env, specs } = open();
    subscribe(env, office, specs[0]!, undefined);
    expect(office.topics.topicsOf('agent/0')).toEqual([]);
  });
});
