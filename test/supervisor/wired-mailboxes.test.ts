import { describe, expect, test } from 'vitest';
import type { MailboxSpec, WiringSpec } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import type { Decide } from '../agent/harness.ts';
import { createWired, type WiredOptions } from './wired-harness.ts';

const ITEMS = [{ template: 'a' }, { template: 'b' }, { template: 'c' }];

/** Each takes a little longer than the one before, and says who it is. */
const speak: Decide = async ({ spec }, context) => {
  await context.sleep(10 + spec.index);
  return { reply: spec.id };
};

/** What a judge has heard, message by message. */
const heardBy = (run: ReturnType<typeof createWired>, agent = 'judge/0') =>
  run
    .ofType('agent.observed')
    .flatMap(({ agent: who, observation: { message } }) =>
      who === agent && message !== undefined ? [message.parts?.map(({ from }) => from) ?? message.body] : [],
    );

describe('what is gathered', () => {
  const wiring: WiringSpec[] = [{ kind: 'fan-out', from: 'agent', to: ['worker'], gather: 'judge' }];
  const workers = (count: number) => Array.from({ length: count }, (_, index) => `worker/${index}`);
  const scene = (mailbox: MailboxSpec | undefined, more: Partial<WiredOptions> = {}): WiredOptions => ({
    decide: speak,
    wiring,
    others: { worker: { count: 5 }, judge: { group: mailbox === undefined ? {} : { mailbox } } },
    ...more,
  });

  test('may have more parts than a mailbox has places', async () => {
    const run = createWired(scene(undefined, { others: { worker: { count: 1_100 }, judge: {} } }));
    expect(await run.run()).toBe('finished');
    expect(heardBy(run)).toEqual([workers(1_100)]);
  });

  test.each([
    'block',
    'reject',
    'drop-oldest',
  ] as const)('one at a time, in a mailbox of one that may %s', async (overflow) => {
    const slow: Decide = async (request, context) => {
      if (request.spec.group.name === 'judge') await context.sleep(1_000);
      return speak(request, context);
    };
    const run = createWired(scene({ size: 1, overflow }, { decide: slow, items: ITEMS }));
    expect(await run.run()).toBe('finished');
    const all = heardBy(run);
    expect(all.every((parts) => JSON.stringify(parts) === JSON.stringify(workers(5)))).toBe(true);
    // The second gives way to the third: as a whole.
    const isDropped = overflow === 'drop-oldest';
    expect([all.length, run.dead().length]).toEqual(isDropped ? [2, 5] : [3, 0]);
    expect(new Set(run.dead().map(({ message }) => message.part?.batch)).size).toBe(isDropped ? 1 : 0);
    // Only the last part takes room.
    const held = run.ofType('agent.waiting').filter((event) => event.for === 'room in the mailbox of judge/0');
    expect(held.map(({ agent }) => agent)).toEqual(isDropped ? [] : ['worker/4']);
  });

  test('comes into a full mailbox if the last part says that there is none: nobody need be held for it', async () => {
    const mailbox = { size: 1, overflow: 'reject' } as const;
    const run = createWired({ ...scene(mailbox), items: [], keepOpen: true });
    const end = run.run();
    await run.clock.sleep(10);
    run.supervisor.pause('judge/0');
    const { office } = run.supervisor;
    const post = (index: number, isError?: boolean) => {
      const part = { batch: 'b', index, of: 2, ...(isError && { isError }) };
      return office.postOrBury({
        id: `p${index}`,
        from: `worker/${index}`,
        to: 'judge/0',
        kind: 'tell',
        body: 'x',
        part,
      });
    };
    await office.input('user', 'judge/0', 'First this');
    await post(0);
    expect(post(1)).toBeUndefined();
    await post(1, true);
    run.supervisor.resume('judge/0');
    await run.clock.sleep(1_000);
    expect(heardBy(run)).toEqual(['First this', ['worker/0', 'worker/1']]);
    run.supervisor.drain('enough');
    await end;
  });

  test('does not expire before it is complete', async () => {
    const slow: Decide = async (request, context) => {
      if (request.spec.id === 'worker/4') await context.sleep(60_000);
      return speak(request, context);
    };
    const run = createWired(scene({ size: 9, overflow: 'reject', ttlMs: 1_000 }, { decide: slow }));
    const end = run.run();
    await run.clock.sleep(30_000);
    // Having something else to do, the judge looks for what has expired.
    await run.supervisor.office.input('user', 'judge/0', 'And?');
    expect(await end).toBe('finished');
    expect([heardBy(run), run.dead()]).toEqual([['And?', workers(5)], []]);
  });

  test('is not lost if who gathers it would sleep meanwhile', async () => {
    const slow: Decide = async (request, context) => {
      await context.sleep(10_000 * request.spec.index);
      return { reply: request.spec.id };
    };
    const group = { idleAfterMs: 1_000 };
    const run = createWired(scene(undefined, { decide: slow, others: { worker: { count: 3 }, judge: { group } } }));
    const end = run.run();
    await run.clock.sleep(15_000);
    expect(await end).toBe('finished');
    expect(heardBy(run)).toEqual([workers(3)]);
  });
});

describe('a mailbox that refuses', () => {
  const mailbox = { size: 1, overflow: 'reject' } as const;
  const slowSink: Decide = async ({ spec, observation }, context) => {
    await context.sleep(spec.group.name === 'sink' ? 1_000 : 10);
    return { reply: observation.text };
  };

  test('loses nothing of what wiring sends: whoever sends it is held', async () => {
    const wiring: WiringSpec[] = [{ kind: 'pipeline', groups: ['agent', 'sink'] }];
    const run = createWired({
      decide: slowSink,
      count: 3,
      items: ITEMS,
      wiring,
      others: { sink: { group: { mailbox } } },
    });
    expect(await run.run()).toBe('finished');
    expect([run.replies('sink/0').length, run.dead()]).toEqual([9, []]);
  });
});

describe('one that is held', () => {
  const mailbox = { size: 1, overflow: 'block' } as const;
  const wiring: WiringSpec[] = [{ kind: 'pipeline', groups: ['agent', 'sink'], policy: 'round-robin' }];

  test('and started again with its siblings sends to the same, once', async () => {
    let failures = 0;
    const decide: Decide = async ({ spec, observation }, context) => {
      if (spec.id === 'sink/0') await context.sleep(10_000);
      if (spec.group.name === 'sink') return { reply: `${spec.id} ${observation.text}` };
      await context.sleep(spec.index === 1 ? 3_000 : 10);
      if (spec.index === 1 && failures++ === 0) throw new Error('once');
      return { reply: `${spec.id} ${observation.text}` };
    };
    const run = createWired({
      decide,
      wiring,
      count: 2,
      items: Array.from({ length: 6 }, (_, index) => ({ template: `${index}` })),
      group: { restart: 'transient', observe: { items: [], inbox: false } },
      supervision: { strategy: 'one_for_all' },
      supervisors: {},
      others: { sink: { count: 2, group: { mailbox, restart: 'temporary' } } },
    });
    expect(await run.run()).toBe('finished');
    expect(run.ofType('agent.restarting').length).toBeGreaterThan(0);
    const heard = [...run.replies('sink/0'), ...run.replies('sink/1')].map((reply) => reply.slice(7));
    expect(heard.sort()).toEqual(
      [0, 1].flatMap((agent) => Array.from({ length: 6 }, (_, index) => `agent/${agent} ${index}`)),
    );
  });
});

describe('all to all', () => {
  const wiring: WiringSpec[] = [{ kind: 'all-to-all', group: 'voter', rounds: 1 }];
  const scene: WiredOptions = {
    decide: speak,
    wiring,
    keepOpen: true,
    items: [],
    others: { voter: { count: 4, group: {} } },
  };

  const tell = async (subscribers: number) => {
    const run = createWired(scene);
    const end = run.run();
    const { office } = run.supervisor;
    for (let index = 0; index < subscribers; index++) office.subscribe(`voter/${index}`, 'news');
    await run.clock.sleep(10);
    const mail = office.mailOf({
      agent: 'agent/0',
      spec: run.specs[0]!,
      idempotencyKey: 'k',
      cause: undefined,
      isAborted: false,
      onAbort: () => {},
      conversation: () => [],
    });
    expect(await mail.publish('news', 'Vote!')).toBe(subscribers);
    await run.clock.sleep(10_000);
    run.supervisor.drain('enough');
    await end;
    return run;
  };

  test('begins together with a topic that all members have', async () => {
    const run = await tell(4);
    expect(heardBy(run, 'voter/1')).toEqual(['Vote!', ['voter/0', 'voter/2', 'voter/3']]);
  });

  test('begins one by one with a topic that only some have, and nobody waits for the others', async () => {
    const run = await tell(2);
    expect(heardBy(run, 'voter/3')).toEqual(['voter/0', 'voter/1']);
    expect(heardBy(run, 'voter/1')).toEqual(['Vote!', 'voter/0']);
  });
});

test('a part that is told again when all were observed is not waited for again', async () => {
  const wiring: WiringSpec[] = [{ kind: 'fan-out', from: 'agent', to: ['worker'], gather: 'judge' }];
  const scene: WiredOptions = { decide: speak, wiring, others: { worker: { count: 2 }, judge: {} } };
  const first = createWired({ ...scene, keepOpen: true });
  const over = first.run();
  await first.clock.sleep(1_000);
  first.supervisor.drain('enough');
  await over;
  const remaining = await findRemaining(first.memory, 'run', first.specs);
  const next = createWired({ ...scene, store: () => first.memory, remaining, keepOpen: true });
  const end = next.run();
  await next.clock.sleep(10);
  const part = { batch: 'agent/0#1>fan_out:agent', index: 1, of: 2, isError: true };
  await next.supervisor.office.post({ id: 'again', from: 'worker/1', to: 'judge/0', kind: 'tell', body: 'x', part });
  expect(next.supervisor.view('judge/0')).toMatchObject({ context: { mailbox: 0 } });
  next.supervisor.drain('enough');
  expect(await end).toBe('drained');
});
