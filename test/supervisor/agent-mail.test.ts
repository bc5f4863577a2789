import { describe, expect, test } from 'vitest';
import type { Decision, DelegationPolicy } from '../../src/protocol.ts';
import { withTerms } from '../../src/tools/terms/with-terms.ts';
import { type Decide, tool } from '../agent/harness.ts';
import { mailTool, say, slowly, talk, useOnce } from './talk.ts';

/** Hands on what it is asked, and is done with it. */
const handing = (to: string): Decide =>
  (({ observation }) =>
    observation.kind === 'results' ? { reply: 'never said' } : say('handoff', { to, note: `for ${to}` })) as Decide;
const asking = (to: string) => useOnce('ask', { to, body: 'how' });
const NO_ANSWER = /Cannot get an answer from \\"b\/0\\": it has given no answer/;
const broken = (): Partial<Decision> => {
  throw new Error('no model');
};

describe('an ask', () => {
  test('has the answer, and from whom; the one who was asked knows that it was', async () => {
    const it = talk({ others: { b: {} }, by: { 'agent/0': asking('b') } });
    expect(await it.run()).toBe('finished');
    expect(it.replies()).toEqual(['b/0 b/0 heard how', 'agent/0 {"from":"b/0","answer":"b/0 heard how"}']);
    expect(it.ofType('agent.observed')[1]?.observation).toMatchObject({ message: { kind: 'ask', from: 'agent/0' } });
    expect((await it.memory.transcript('run', 'b/0'))[0]).toEqual({ role: 'user', content: 'agent/0 asks: how' });
    expect(it.ofType('agent.ended')).toMatchObject([{ status: 'done' }, { status: 'done' }]);
  });

  test('is answered for each who asks, while others wait', async () => {
    const it = talk({ count: 5, others: { b: {} }, by: { agent: asking('b'), b: slowly(100) } });
    expect(await it.run()).toBe('finished');
    expect(it.replies().filter((reply) => reply.startsWith('agent/'))).toHaveLength(5);
    expect(it.failures()).toEqual([]);
  });

  test.each<[string, Decide | undefined, string, RegExp]>([
    ['fails', broken, 'b', /Cannot get an answer from \\"b\/0\\": .*no model/],
    ['ends its life without a word', () => say('finish'), 'b', NO_ANSWER],
    ['says nothing', () => ({}), 'b', NO_ANSWER],
    [
      'calls something at last and says nothing',
      () => ({ ...say('publish', { topic: 't', body: 'x' }), final: true }),
      'b',
      NO_ANSWER,
    ],
    ['is not there', undefined, 'b/7', /Cannot send to \\"b\/7\\": there is no such agent; \\"b\\" has b\/0 to b\/0/],
    ['is of a group that is not there', undefined, 'c', /Cannot send to \\"c\\": there is no such agent/],
  ])('to one who %s fails', async (_, decide, to, message) => {
    const it = talk({ others: { b: {} }, by: { 'agent/0': asking(to), ...(decide && { b: decide }) } });
    await it.run();
    expect(it.failures()).toContain('agent/0');
    expect(it.replies().join()).toMatch(message);
    expect(it.office.asks.size).toBe(0);
  });

  test('to one who gives up on it after its retries fails, and it goes on', async () => {
    const it = talk({
      others: { b: { group: { restart: 'transient', retries: 1 } } },
      by: { 'agent/0': asking('b'), b: broken },
    });
    expect(await it.run()).toBe('finished');
    expect(it.ofType('agent.set-aside')).toMatchObject([{ agent: 'b/0', attempts: 2 }]);
    expect(it.replies().join()).toMatch(/no model/);
    expect(
      it
        .ofType('agent.ended')
        .map(({ agent, status }) => `${agent} ${status}`)
        .sort(),
    ).toEqual(['agent/0 done', 'b/0 done']);
  });

  test('that came to nothing may be asked again, by a tool that tries again', async () => {
    let failures = 0;
    const it = talk({
      tools: withTerms('keen', [mailTool('ask', {}, 'keen')], { retries: 3 }),
      others: { b: { group: { restart: 'transient', retries: 0 } } },
      by: {
        'agent/0': useOnce('keen', { to: 'b', body: 'how' }),
        b: (request) => (failures++ < 2 ? broken() : { reply: `${request.observation.text} at last` }),
      },
    });
    expect(await it.run()).toBe('finished');
    expect(it.ofType('tool.retried')).toHaveLength(2);
    expect(it.replies()).toEqual(['b/0 how at last', 'agent/0 {"from":"b/0","answer":"how at last"}']);
    expect(it.heard('b/0')).toEqual(['how', 'how', 'how']);
  });

  test('to one who is stopped fails', async () => {
    const it = talk({ others: { b: {} }, by: { 'agent/0': asking('b'), b: slowly(1_000) } });
    const end = it.run();
    await it.clock.sleep(100);
    it.supervisor.stop('b/0');
    expect(await end).toBe('finished');
    expect(it.replies()).toEqual([expect.stringContaining('Cannot get an answer')]);
    expect(it.clock.elapsed()).toBe(100);
  });

  test('that takes too long fails, and the answer that comes later reaches nobody', async () => {
    const it = talk({
      tools: [mailTool('ask', { timeoutMs: 50 }, 'quick')],
      others: { b: {} },
      by: { 'agent/0': useOnce('quick', { to: 'b', body: 'how' }), b: slowly(1_000) },
    });
    expect(await it.run()).toBe('finished');
    expect(it.failures()).toEqual(['agent/0']);
    expect(it.replies()).toContain('b/0 b/0 heard how');
    expect(it.office.asks.size).toBe(0);
    expect(it.heard('agent/0')).toEqual([]);
  });

  test('of one that has ended since is a dead letter when its answer comes', async () => {
    const it = talk({ others: { b: {} }, by: { 'agent/0': asking('b'), b: slowly(1_000) } });
    const end = it.run();
    await it.clock.sleep(100);
    it.supervisor.stop('agent/0');
    await end;
    expect(it.dead()).toEqual(['b/0 heard how late']);
  });
});

describe('those who wait for each other', () => {
  test('itself', async () => {
    const it = talk({ by: { 'agent/0': asking('agent/0') } });
    expect(await it.run()).toBe('finished');
    expect(it.replies().join()).toContain('nobody would ever answer');
  });

  test.each([2, 5])('%d in a circle: the last is told so, and all have their answers', async (count) => {
    const it = talk({
      count,
      by: {
        agent: (({ spec, observation }) => {
          if (observation.kind === 'results') return { reply: `${spec.id} knows` };
          if (observation.kind === 'message') return { reply: `${spec.id} says so` };
          return say('ask', { to: `agent/${(spec.index + 1) % count}`, body: 'how' });
        }) as Decide,
      },
    });
    expect(await it.run()).toBe('finished');
    const all = Array.from({ length: count }, (_, i) => `agent/${i}`);
    expect(it.ofType('message.deadlock')).toMatchObject([{ broken: all.at(-1) }]);
    expect([...it.ofType('message.deadlock')[0]!.agents].sort()).toEqual(all);
    expect(it.failures()).toEqual([all.at(-1)]);
    expect(it.ofType('agent.ended').map(({ status }) => status)).toEqual(all.map(() => 'done'));
    // Each has answered the one who asked it, and its own.
    expect(it.replies().filter((reply) => reply.endsWith('knows'))).toHaveLength(count);
    expect(it.replies().filter((reply) => reply.endsWith('says so'))).toHaveLength(count - 1);
  });
});

describe('those who wait for room in each other’s mailboxes', () => {
  const mailbox = { size: 1, overflow: 'block' } as const;
  const group = { observe: { items: [], inbox: true }, mailbox };
  /** Fills the mailbox of `to`, and waits there for room. */
  const fill = (to: string) =>
    tool(
      'fill',
      async (_, { mail }) => {
        for (const body of ['first', 'second']) await mail.send(to, body);
        return 'sent';
      },
      3_600_000,
    );

  /** Does that for its own observation alone, and hears the rest. */
  const own =
    (decide: Decide): Decide =>
    (request, context) =>
      request.observation.kind === 'message' ? { reply: 'heard' } : decide(request, context);

  test('one who waits for an answer of the other: the last is told so, and both go on', async () => {
    const it = talk({
      tools: [fill('agent/0')],
      group,
      others: { b: {} },
      by: {
        'agent/0': own(asking('b')),
        b: ({ observation }) =>
          observation.kind === 'results'
            ? { reply: observation.text }
            : { toolCalls: [{ id: 'c', name: 'fill', args: {} }] },
      },
    });
    expect(await it.run()).toBe('finished');
    expect(it.clock.elapsed()).toBe(0);
    expect(it.ofType('message.deadlock')).toMatchObject([{ agents: ['b/0', 'agent/0'], broken: 'b/0' }]);
    expect(it.failures()).toEqual(['b/0']);
    expect(it.replies()).toContainEqual(expect.stringContaining('there would never be room: b/0 waits for agent/0'));
    // What was in line is not sent, what had been before is heard.
    expect(it.heard('agent/0')).toEqual(['first']);
    expect(it.office.mailboxes.waitedFor('b/0')).toEqual([]);
  });

  test('one who fills its own', async () => {
    const it = talk({ tools: [fill('agent/0')], group, by: { 'agent/0': own(useOnce('fill', {})) } });
    expect(await it.run()).toBe('finished');
    expect(it.clock.elapsed()).toBe(0);
    expect(it.failures()).toEqual(['agent/0']);
  });

  test('one who is only slow is no circle', async () => {
    const it = talk({
      tools: [fill('b/0')],
      others: { b: { group } },
      by: { 'agent/0': useOnce('fill', {}), b: slowly(50) },
    });
    expect(await it.run()).toBe('finished');
    expect(it.ofType('message.deadlock')).toEqual([]);
    expect(it.heard('b/0')).toEqual(['first', 'second']);
  });
});

describe('a task', () => {
  const give = (policy?: DelegationPolicy, rest: object = {}) =>
    mailTool('delegate', { to: ['b'], ...(policy && { policy }), wait: true, ...rest }, 'give');
  /** One agent that gives as many tasks, one after the other. */
  const giver = (count: number): Decide =>
    (({ observation, step }) =>
      step <= count && observation.kind !== 'message'
        ? { toolCalls: [{ id: `c${step}`, name: 'give', args: { task: `task ${step}` } }] }
        : { reply: 'all given' }) as Decide;
  const takers = (it: ReturnType<typeof talk>) =>
    it.ofType('message.sent').flatMap(({ message }) => (message.body.startsWith('task') ? [message.to] : []));

  test('goes round', async () => {
    const it = talk({ tools: [give()], others: { b: { count: 3 } }, by: { 'agent/0': giver(5) } });
    expect(await it.run()).toBe('finished');
    expect(takers(it)).toEqual(['b/0', 'b/1', 'b/2', 'b/0', 'b/1']);
  });

  test('goes to who has the least to do', async () => {
    const it = talk({
      tools: [give('least-busy', { wait: false })],
      others: { b: { count: 3 } },
      by: { 'agent/0': slowly(10, giver(4)), 'b/0': slowly(90_000), b: slowly(1) },
    });
    const end = it.run();
    void it.office.input('user', 'b/0', 'busy');
    await end;
    expect(takers(it)).not.toContain('b/0');
    expect(new Set(takers(it)).size).toBe(2);
  });

  test('goes to anybody, with the same seed to the same', async () => {
    const of = async (seed: number) => {
      const it = talk({ seed, tools: [give('random')], others: { b: { count: 10 } }, by: { 'agent/0': giver(6) } });
      await it.run();
      return takers(it);
    };
    const first = await of(1);
    expect(first).toHaveLength(6);
    expect(await of(1)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
    expect(await of(2)).not.toEqual(first);
  });

  const bids: Decide = (({ spec, observation }) => {
    if (!observation.text.startsWith('Bid for')) return { reply: `${spec.id} did ${observation.text}` };
    return { reply: spec.index === 3 ? 'no bid' : `bid: ${[30, 10, 20][spec.index]}` };
  }) as Decide;

  test.each([
    ['lowest', 'b/1'],
    ['highest', 'b/0'],
  ] as const)('is auctioned off: the %s bid has it', async (best, winner) => {
    const it = talk({
      tools: [give('auction', { best })],
      others: { b: { count: 4 } },
      by: { agent: giver(1), b: bids },
    });
    await it.run();
    expect(it.ofType('task.awarded')).toMatchObject([
      {
        agent: 'agent/0',
        task: 'task 1',
        winner,
        bids: [
          { from: 'b/0', bid: 30 },
          { from: 'b/1', bid: 10 },
          { from: 'b/2', bid: 20 },
        ],
      },
    ]);
    expect(takers(it)).toEqual([winner]);
    expect(it.replies()).toContain(`${winner} ${winner} did task 1`);
  });

  test('nobody bids for is not given, and its giver hears so', async () => {
    const it = talk({
      tools: [give('auction')],
      others: { b: { count: 2 } },
      by: { agent: giver(1), b: () => ({ reply: 'no bid' }) },
    });
    await it.run();
    expect([takers(it), it.failures()]).toEqual([[], ['agent/0']]);
    expect(it.ofType('tool.finished')[0]?.result.content).toEqual({
      error: 'Cannot delegate: none of 2 agents has made a bid',
    });
  });

  test('is not given to the giver itself, and not to those who have ended', async () => {
    const own = mailTool('delegate', { to: ['agent'], wait: true }, 'give');
    const it = talk({ count: 2, items: [{ template: 'Go' }], tools: [own], by: { 'agent/0': giver(2) } });
    await it.run();
    expect(takers(it)).toEqual(['agent/1', 'agent/1']);
    const alone = talk({ tools: [own], by: { 'agent/0': giver(1) } });
    await alone.run();
    expect(alone.ofType('tool.finished')[0]?.result).toMatchObject({
      isError: true,
      content: { error: 'Cannot delegate to "agent": nobody of it is there' },
    });
  });
});

describe('a conversation that is handed over', () => {
  test('is answered by the other, to the one who asked', async () => {
    const it = talk({
      others: { b: {}, c: {} },
      by: { 'agent/0': asking('b'), b: handing('c'), c: () => ({ reply: 'c knows' }) },
    });
    expect(await it.run()).toBe('finished');
    expect(it.replies()).toEqual(['c/0 c knows', 'agent/0 {"from":"c/0","answer":"c knows"}']);
    expect(it.heard('c/0')[0]).toMatch(
      /^b\/0 hands this over to you: for c\n\nWhat was said so far:\nuser: agent\/0 asks: how/,
    );
  });

  test('may be handed on, and is answered once', async () => {
    const it = talk({
      others: { b: {}, c: {}, d: {} },
      by: { 'agent/0': asking('b'), b: handing('c'), c: handing('d'), d: () => ({ reply: 'd knows' }) },
    });
    expect(await it.run()).toBe('finished');
    expect(it.replies()).toEqual(['d/0 d knows', 'agent/0 {"from":"d/0","answer":"d knows"}']);
    expect(it.ofType('message.sent').filter(({ message }) => message.kind === 'reply')).toHaveLength(1);
  });

  test('to one who fails at it is none', async () => {
    const it = talk({ others: { b: {}, c: {} }, by: { 'agent/0': asking('b'), b: handing('c'), c: broken } });
    await it.run();
    expect(it.replies().join()).toMatch(/Cannot get an answer from .*c\/0.*no model/);
  });

  test('nobody has asked for is the other’s to go on with', async () => {
    const it = talk({ others: { b: {} }, by: { 'agent/0': handing('b') } });
    expect(await it.run()).toBe('finished');
    expect(it.replies()).toEqual([expect.stringContaining('b/0 b/0 heard agent/0 hands this over')]);
  });

  test('cannot be handed to oneself, nor back to the one who waits', async () => {
    const self = talk({ by: { 'agent/0': useOnce('handoff', { to: 'agent/0' }) } });
    await self.run();
    expect(self.failures()).toEqual(['agent/0']);
    const asks: Decide = ((request, context) =>
      request.observation.kind === 'message' ? { reply: 'mine again' } : asking('b')(request, context)) as Decide;
    const back = talk({ others: { b: {} }, by: { 'agent/0': asks, b: handing('agent/0') } });
    expect(await back.run()).toBe('finished');
    expect(back.ofType('message.deadlock')).toMatchObject([{ agents: ['agent/0'], broken: 'agent/0' }]);
    expect(back.failures()).toEqual(['agent/0']);
    expect(back.replies()).toContain('agent/0 mine again');
  });
});
