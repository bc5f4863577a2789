import { describe, expect, test } from 'vitest';
import { MESSAGE_HOPS } from '../../src/base/limits.ts';
import type { MailboxSpec, Message, Overflow } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { type Decide, tool } from '../agent/harness.ts';
import { mailTool, say, slowly, talk, useOnce } from './talk.ts';

const full = (overflow: Overflow, size = 2, rest: Partial<MailboxSpec> = {}) => ({
  mailbox: { size, overflow, ...rest },
});

/** Sends so many messages, one after the other, and goes on with the next whatever became of the last. */
function sender(count: number) {
  return tool(
    'many',
    async (_, { mail, agent }) => {
      const outcomes: string[] = [];
      for (let i = 0; i < count; i++) {
        outcomes.push(
          await mail.send('b/0', `${agent} ${i}`).then(
            () => 'sent',
            (error) => error.code,
          ),
        );
      }
      return outcomes;
    },
    3_600_000,
  );
}

const isOrdered = (bodies: readonly string[]) => {
  for (const from of new Set(bodies.map((body) => body.split(' ')[0]))) {
    const numbers = bodies.filter((body) => body.startsWith(`${from} `)).map((body) => Number(body.split(' ')[1]));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  }
};

describe('between any two agents the order is kept', () => {
  test.each(['block', 'drop-oldest', 'reject', 'spill'] as const)('in a mailbox that is full: %s', async (overflow) => {
    const it = talk({
      count: 3,
      tools: [sender(10)],
      others: { b: { group: full(overflow) } },
      by: { agent: useOnce('many', {}), b: slowly(100) },
    });
    expect(await it.run()).toBe('finished');
    const bodies = it.heard('b/0');
    isOrdered(bodies);
    const dead = it.dead();
    const refused = it.replies().filter((reply) => reply.includes('MAILBOX_FULL'));
    if (overflow === 'block' || overflow === 'spill') {
      expect([bodies.length, dead.length, refused.length]).toEqual([30, 0, 0]);
    }
    if (overflow === 'drop-oldest') expect([bodies.length + dead.length, refused.length]).toEqual([30, 0]);
    // Those who came last are there.
    if (overflow === 'drop-oldest') expect(bodies.slice(1)).toEqual(['agent/1 9', 'agent/2 9']);
    if (overflow === 'reject') expect([dead.length, refused.length, bodies.length < 30]).toEqual([0, 3, true]);
  });

  test('also when there is room again while somebody waits', async () => {
    const it = talk({
      tools: [sender(3), sender(0)],
      count: 2,
      others: { b: { group: full('block', 1) } },
      by: { agent: slowly(10, useOnce('many', {})), b: slowly(7) },
    });
    await it.run();
    isOrdered(it.heard('b/0'));
  });
});

describe('a mailbox that blocks', () => {
  const send = useOnce('send', { to: 'b/0', body: 'third' });

  test('holds its sender until there is room', async () => {
    const it = talk({ others: { b: { group: full('block', 1) } }, by: { 'agent/0': send, b: slowly(1_000) } });
    const end = it.run();
    for (const body of ['first', 'second']) void it.office.input('user', 'b/0', body, { waits: true });
    expect(await end).toBe('finished');
    expect(it.heard('b/0').sort()).toEqual(['first', 'second', 'third']);
    const [sent] = it.ofType('tool.finished');
    expect(sent).toMatchObject({ agent: 'agent/0', at: expect.closeTo(1_000, 0), result: { isError: false } });
  });

  test('forgets a message whose sender is stopped while it waits', async () => {
    const it = talk({
      others: { b: { group: full('block', 1) } },
      by: { 'agent/0': send, b: slowly(1_000) },
      keepOpen: true,
    });
    const end = it.run();
    for (const body of ['first', 'second']) void it.office.input('user', 'b/0', body);
    await it.clock.sleep(100);
    expect(it.office.mailboxes.waitedFor('agent/0')).toEqual(['b/0']);
    it.supervisor.stop('agent/0');
    // The second is in the mailbox.
    expect([it.office.mailboxes.waitedFor('agent/0'), it.office.mailboxes.lengthOf('b/0')]).toEqual([[], 1]);
    await it.clock.sleep(5_000);
    expect(it.heard('b/0')).not.toContain('third');
    it.supervisor.drain('over');
    await end;
  });

  test('does not hold a call longer than it may take', async () => {
    const it = talk({
      tools: [mailTool('send', { timeoutMs: 50 }, 'quick')],
      others: { b: { group: full('block', 1) } },
      by: { 'agent/0': useOnce('quick', { to: 'b/0', body: 'third' }), b: slowly(1_000) },
    });
    const end = it.run();
    for (const body of ['first', 'second']) void it.office.input('user', 'b/0', body);
    await end;
    expect(it.failures()).toEqual(['agent/0']);
    expect(it.heard('b/0')).toEqual(['first', 'second']);
  });

  test('whose agent ends lets its senders go on, and what waited is dead', async () => {
    const it = talk({ others: { b: { group: full('block', 1) } }, by: { 'agent/0': send, b: slowly(1_000) } });
    const end = it.run();
    for (const body of ['first', 'second']) void it.office.input('user', 'b/0', body);
    await it.clock.sleep(100);
    it.supervisor.stop('b/0');
    expect(await end).toBe('finished');
    expect(it.dead().sort()).toEqual(['second ended', 'third ended']);
  });
});

test('what gives way to newer messages is a dead letter, and its agent’s journal says so', async () => {
  const it = talk({
    items: [],
    keepOpen: true,
    others: { b: { group: full('drop-oldest', 2) } },
    by: { b: slowly(1_000) },
  });
  const end = it.run();
  await it.clock.sleep(1);
  for (const body of ['a', 'b', 'c', 'd', 'e']) void it.office.input('user', 'b/0', body);
  await it.clock.sleep(10_000);
  it.supervisor.drain('over');
  await end;
  expect(it.heard('b/0')).toEqual(['a', 'd', 'e']);
  expect(it.dead()).toEqual(['b dropped', 'c dropped']);
  const journal = await it.memory.journal('run', 'b/0');
  const dropped = journal.filter(({ type }) => type === 'dropped');
  const ids = it.ofType('message.dead').map(({ letter }) => letter.message.id);
  expect(dropped).toMatchObject(ids.map((message) => ({ message, reason: 'dropped' })));
});

test('what waits for too long is not observed', async () => {
  const it = talk({
    items: [],
    keepOpen: true,
    others: { b: { group: full('reject', 10, { ttlMs: 1_500 }) } },
    by: { b: slowly(1_000) },
  });
  const end = it.run();
  await it.clock.sleep(1);
  for (const body of ['a', 'b', 'c', 'd']) void it.office.input('user', 'b/0', body);
  await it.clock.sleep(10_000);
  it.supervisor.drain('over');
  await end;
  expect(it.heard('b/0')).toEqual(['a', 'b']);
  expect(it.dead()).toEqual(['c expired', 'd expired']);
  const [first] = it.ofType('message.sent');
  expect(first?.message).toMatchObject({ at: 1, expiresAt: 1_501 });
});

describe('a dead letter', () => {
  test('is listed, and is gone when it has been sent again', async () => {
    const it = talk({
      items: [],
      keepOpen: true,
      others: { b: { group: full('drop-oldest', 1) } },
      by: { b: slowly(100) },
    });
    const end = it.run();
    await it.clock.sleep(1);
    for (const body of ['a', 'b', 'c']) void it.office.input('user', 'b/0', body);
    const [letter] = it.office.letters.list();
    expect(letter).toMatchObject({ reason: 'dropped', message: { body: 'b', to: 'b/0' }, at: 1 });
    await it.clock.sleep(1_000);
    await it.office.resend(letter!.message.id);
    expect(it.office.letters.list()).toEqual([]);
    await it.clock.sleep(1_000);
    expect(it.heard('b/0')).toEqual(['a', 'c', 'b']);
    expect(() => it.office.resend(letter!.message.id)).toThrow(expect.objectContaining({ code: 'LETTER_UNKNOWN' }));
    it.supervisor.drain('over');
    await end;
  });

  test('whose agent has ended stays one', async () => {
    const it = talk({
      items: [],
      keepOpen: true,
      others: { b: { group: full('drop-oldest', 1) } },
      by: { b: slowly(100) },
    });
    const end = it.run();
    await it.clock.sleep(1);
    for (const body of ['a', 'b', 'c']) void it.office.input('user', 'b/0', body);
    const [letter] = it.office.letters.list();
    it.supervisor.stop('b/0');
    expect(() => it.office.resend(letter!.message.id)).toThrow('the agent has ended');
    expect(it.office.letters.list().map(({ message }) => message.body)).toEqual(expect.arrayContaining(['b', 'c']));
    it.supervisor.drain('over');
    await end;
  });
});

describe('a message from outside', () => {
  test('begins a chain, and has no hops behind it', async () => {
    const it = talk({ items: [], keepOpen: true });
    const end = it.run();
    await it.office.input('user', 'agent/0', 'hello');
    expect(it.ofType('message.sent')[0]?.message).toMatchObject({
      from: 'user',
      to: 'agent/0',
      kind: 'input',
      hops: 0,
      trace: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    });
    expect(() => it.office.input('user', 'agent/9', 'x')).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
    it.supervisor.stop('agent/0');
    expect(() => it.office.input('user', 'agent/0', 'late')).toThrow('the agent has ended');
    expect(await end).toBe('finished');
  });

  test('that is a JSON object is a value too', async () => {
    const it = talk({ items: [] });
    const end = it.run();
    void it.office.input('user', 'agent/0', '{"n":1}');
    await end;
    expect(it.ofType('agent.observed')[0]?.observation).toMatchObject({ text: '{"n":1}', data: { n: 1 } });
  });

  test('that comes twice by its id is observed once', async () => {
    const it = talk({ items: [] });
    const end = it.run();
    for (let i = 0; i < 2; i++) void it.office.input('user', 'agent/0', 'x', { id: 'same' });
    await end;
    expect(it.heard('agent/0')).toEqual(['x']);
  });
});

test('what is caused by a message goes on with its chain and its trace', async () => {
  const it = talk({ others: { b: {} }, by: { 'agent/0': useOnce('ask', { to: 'b', body: 'how' }) } });
  await it.run();
  const [ask, reply] = it.ofType('message.sent').map(({ message }) => message);
  expect(ask).toMatchObject({ kind: 'ask', hops: 0, correlation: ask?.id });
  expect(reply).toMatchObject({ kind: 'reply', hops: 1, correlation: ask?.id, causation: ask?.id });
  expect(reply?.trace.slice(0, 35)).toBe(ask?.trace.slice(0, 35));
  expect(reply?.trace).not.toBe(ask?.trace);
});

test('two who tell each other the same again and again are told so, once too often', async () => {
  const back =
    (to: string): Decide =>
    ({ observation }) =>
      observation.kind === 'results' ? { reply: 'x' } : say('send', { to, body: 'ping' });
  const it = talk({ others: { b: {} }, by: { agent: back('b/0'), b: back('agent/0') } });
  expect(await it.run()).toBe('finished');
  const [loop] = it.ofType('message.looped');
  expect(loop).toMatchObject({ loop: 'ping-pong', agents: expect.arrayContaining(['agent/0', 'b/0']), count: 20 });
  expect(it.ofType('message.looped')).toHaveLength(1);
  expect(it.ofType('message.sent').length).toBeLessThan(30);
  expect(it.failures()).toHaveLength(1);
});

describe('a question that is not observed', () => {
  test.each([
    ['since it gives way', full('drop-oldest', 1), /not observed \(dropped\)/],
    ['since it has waited for too long', full('reject', 5, { ttlMs: 100 }), /not observed \(expired\)/],
  ])('%s is not waited for any more', async (_, group, reason) => {
    const it = talk({
      others: { b: { items: [{ template: 'first' }, { template: 'second' }], group } },
      by: { 'agent/0': useOnce('ask', { to: 'b', body: 'how' }), b: slowly(1_000) },
    });
    const end = it.run();
    await it.clock.sleep(10);
    void it.office.input('user', 'b/0', 'other');
    expect(await end).toBe('finished');
    expect(it.replies().find((reply) => reply.startsWith('agent/0'))).toMatch(reason);
    expect(it.office.asks.size).toBe(0);
    expect(it.dead()).toContainEqual(expect.stringMatching(/^how (dropped|expired)$/));
  });
});

describe('dead letters', () => {
  test('are sent again all at once, but for those whose agents have ended', async () => {
    const it = talk({
      items: [],
      keepOpen: true,
      others: { b: { group: full('drop-oldest', 1) }, c: { group: full('drop-oldest', 1) } },
      by: { b: slowly(100), c: slowly(100) },
    });
    const end = it.run();
    await it.clock.sleep(1);
    for (const to of ['b/0', 'c/0'])
      for (const body of ['1', '2', '3']) void it.office.input('user', to, `${to} ${body}`);
    await it.clock.sleep(1_000);
    it.supervisor.stop('c/0');
    expect(it.office.resendAll()).toBe(1);
    await it.clock.sleep(1_000);
    expect(it.heard('b/0')).toEqual(['b/0 1', 'b/0 3', 'b/0 2']);
    expect(it.office.letters.list().map(({ message }) => message.body)).toEqual(['c/0 2']);
    it.supervisor.drain('over');
    await end;
  });

  test('are there when the run goes on, and can be sent again then', async () => {
    const options = {
      items: [],
      keepOpen: true,
      others: { b: { group: full('drop-oldest', 1) } },
      by: { b: slowly(100) },
    };
    const first = talk(options);
    const end = first.run();
    await first.clock.sleep(1);
    for (const body of ['a', 'b', 'c']) void first.office.input('user', 'b/0', body);
    await first.clock.sleep(1_000);
    first.supervisor.drain('over');
    await end;
    const remaining = await findRemaining(first.memory, 'run', first.specs);
    const second = talk({ ...options, store: () => first.memory, remaining });
    second.clock.skipTo(remaining.storedAt);
    const secondEnd = second.run();
    const [letter] = second.office.letters.list();
    expect(letter).toMatchObject({ reason: 'dropped', message: { body: 'b' } });
    await second.office.resend(letter!.message.id);
    await second.clock.sleep(1_000);
    second.supervisor.drain('over');
    await secondEnd;
    expect(second.heard('b/0')).toEqual(['b']);
    expect((await findRemaining(first.memory, 'run', first.specs)).letters).toEqual([]);
  });
});

describe('whoever gets something from outside', () => {
  test('is the agent itself, or of a group whom the policy says', async () => {
    const it = talk({ count: 3, items: [], keepOpen: true, others: { empty: { count: 0 } } });
    const end = it.run();
    const to = (address: string, policy: 'round-robin' | 'random' | 'least-busy' = 'round-robin', id = 'i') =>
      it.office.receiverOf(address, { id, policy });
    expect([to('agent/2'), to('agent'), to('agent'), to('agent'), to('agent')]).toEqual([
      'agent/2',
      'agent/0',
      'agent/1',
      'agent/2',
      'agent/0',
    ]);
    const ids = Array.from({ length: 20 }, (_, i) => `i${i}`);
    const drawn = ids.map((id) => to('agent', 'random', id));
    expect(new Set(drawn).size).toBe(3);
    expect(ids.map((id) => to('agent', 'random', id))).toEqual(drawn);
    it.supervisor.stop('agent/1');
    expect(ids.map(() => to('agent'))).not.toContain('agent/1');
    for (const agent of ['agent/0', 'agent/2']) it.supervisor.stop(agent);
    expect(() => to('agent')).toThrow('all of its agents have ended');
    expect(() => to('nobody')).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
    await end;
  });
});

test('input may wait for room where it would be refused', async () => {
  const it = talk({ items: [], keepOpen: true, others: { b: { group: full('reject', 1) } }, by: { b: slowly(1_000) } });
  const end = it.run();
  await it.clock.sleep(1);
  for (const body of ['a', 'b']) void it.office.input('user', 'b/0', body);
  expect(() => it.office.input('user', 'b/0', 'refused')).toThrow(expect.objectContaining({ code: 'MAILBOX_FULL' }));
  let cameAt = 0;
  void it.office.input('user', 'b/0', 'c', { waits: true }).then(() => {
    cameAt = it.clock.elapsed();
  });
  await it.clock.sleep(5_000);
  it.supervisor.drain('over');
  await end;
  expect(it.heard('b/0')).toEqual(['a', 'b', 'c']);
  expect(cameAt).toBeCloseTo(1_001, 0);
});

test('a chain without end is cut, though something new is said each time', async () => {
  const it = talk({ items: [], keepOpen: true });
  const end = it.run();
  let cause: Message | undefined;
  const forward = (hops: number) =>
    it.office.post({ id: `m${hops}`, from: 'agent/0', to: 'agent/0', kind: 'tell', body: `${hops}`, cause });
  void forward(0);
  cause = { ...it.ofType('message.sent')[0]!.message, hops: MESSAGE_HOPS - 2 };
  void forward(1);
  cause = { ...cause, hops: MESSAGE_HOPS - 1 };
  expect(() => forward(2)).toThrow(expect.objectContaining({ code: 'LIVELOCK' }));
  expect(it.ofType('message.looped')).toMatchObject([{ loop: 'hops', count: MESSAGE_HOPS }]);
  it.supervisor.drain('over');
  await end;
});
