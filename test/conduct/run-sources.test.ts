import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createRealClock, createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import { RunSources, type RunSourcesOptions, type SourcesHost } from '../../src/conduct/run-sources.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { RunEvent, RunFact, SourceSpec } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';

const COMMON = { to: 'x', policy: 'round-robin' } as const;
const EVERY: SourceSpec = { ...COMMON, kind: 'every', everyMs: 1_000, limit: 3 };
const HTTP: SourceSpec = { ...COMMON, kind: 'http' };

/** A run's sources, before they begin, and the run that they come into: whatever they say goes to `x/0`. */
async function setUp(specs: Readonly<Record<string, SourceSpec>>, options: Partial<RunSourcesOptions> = {}) {
  const { virtual = true } = options;
  const clock = options.clock ?? (virtual ? createVirtualClock() : createRealClock());
  onTestFinished(() => clock.stop());
  const facts: RunFact[] = [];
  const sources = await RunSources.open(specs, {
    ...{ run: 'r', params: {}, clock, virtual, store: createInMemoryStore(), durability: 'async' },
    remaining: { resumed: new Map(), letters: [], spilled: new Map() },
    tell: (fact) => facts.push(fact),
    ...options,
  });
  let listener = (_: RunEvent): void => {};
  const office = {
    receiverOf: vi.fn(() => 'x/0'),
    input: vi.fn(async (from: string, to: string, body: string, { id }: { id: string }) => {
      const message = toMessage({ id, from, to, body, kind: 'input' });
      listener({ seq: 1, at: 1, type: 'message.sent', agent: from, message });
    }),
  };
  const check = vi.fn();
  const storeFailed = vi.fn();
  const host = {
    supervisor: { office, check },
    emit: (fact: RunFact) => facts.push(fact),
    subscribe: (one: typeof listener) => {
      listener = one;
      return () => {};
    },
    storeFailed,
  };
  sources.watch(host as unknown as SourcesHost);
  onTestFinished(() => sources.stop());
  return { sources, clock, facts, office, check, storeFailed };
}

const ended = async (set: Awaited<ReturnType<typeof setUp>>) => {
  await vi.waitFor(() => expect(set.sources.isActive).toBe(false));
};

test('what a source gives goes to whom it names, waits for room there, and is told', async () => {
  const set = await setUp({ pulse: { ...EVERY, text: 'Round {{ n }}', user: 'u{{ n }}' } });
  expect(set.sources.isActive).toBe(true);
  set.sources.start();
  await ended(set);
  const [[address, draft]] = set.office.receiverOf.mock.calls as unknown as [[string, object]];
  expect([address, draft]).toEqual(['x', expect.objectContaining({ policy: 'round-robin', user: 'u1' })]);
  expect(set.office.input.mock.calls.map(([from, to, text]) => [from, to, text])).toEqual(
    [1, 2, 3].map((n) => ['source:pulse', 'x/0', `Round ${n}`]),
  );
  const [, , , rest] = set.office.input.mock.calls[0]!;
  expect(rest).toMatchObject({ waits: true, user: 'u1', data: { n: 1 } });
  const items = set.facts.flatMap((fact) => (fact.type === 'source.observed' ? [fact.item] : []));
  expect(items).toEqual(set.office.input.mock.calls.map(([, , , { id }]) => id));
  expect(new Set(items).size).toBe(3);
  expect(set.facts.at(-1)).toMatchObject({ type: 'source.ended', source: 'pulse', items: 3 });
  expect(set.check).toHaveBeenCalledOnce();
});

test('a resumed run goes on where its sources were', async () => {
  const store = createInMemoryStore();
  const first = await setUp({ pulse: { ...EVERY, limit: 2 } }, { store });
  first.sources.start();
  await ended(first);
  const second = await setUp({ pulse: { ...EVERY, text: 'Round {{ n }}' } }, { store });
  second.sources.start();
  await ended(second);
  expect(second.office.input.mock.calls.map(([, , text]) => text)).toEqual(['Round 3']);
});

test('an item that nobody takes is told, and the next one comes', async () => {
  const set = await setUp({ pulse: EVERY });
  set.office.receiverOf.mockImplementationOnce(() => {
    throw new TroupeError('AGENT_UNKNOWN', 'nobody');
  });
  set.sources.start();
  await ended(set);
  expect(set.facts[0]).toMatchObject({ type: 'source.failed', source: 'pulse', error: { code: 'AGENT_UNKNOWN' } });
  expect(set.office.input).toHaveBeenCalledTimes(3);
});

test('a position that cannot be kept is told to the run', async () => {
  const store = createInMemoryStore();
  const set = await setUp({ pulse: EVERY }, { store });
  const error = new Error('full');
  vi.spyOn(store, 'putNote').mockRejectedValue(error);
  set.sources.start();
  await ended(set);
  await vi.waitFor(() => expect(set.storeFailed).toHaveBeenCalledWith(error));
});

test('after a stop nothing comes, and nothing is expected', async () => {
  const set = await setUp({ pulse: { ...EVERY, limit: 1_000_000 } }, { virtual: false });
  set.sources.start();
  await set.sources.stop();
  expect([set.sources.isActive, set.office.input.mock.calls.length]).toEqual([false, 0]);
});

test('standard input is that of the process, or what is given instead', async () => {
  const input = new PassThrough();
  input.end('a\nb\n');
  const set = await setUp({ lines: { ...COMMON, kind: 'stdin' } }, { virtual: false, input });
  set.sources.start();
  await ended(set);
  expect(set.office.input.mock.calls.map(([, , text]) => text)).toEqual(['a', 'b']);
});

test('what is wrong with a source is said before anything begins', async () => {
  await expect(setUp({ pulse: { ...EVERY, text: '{{ n' } })).rejects.toMatchObject({ code: 'TEMPLATE' });
});

describe('a push', () => {
  test('resolves with its id when it is in a mailbox', async () => {
    const set = await setUp({ desk: HTTP, pulse: EVERY }, { virtual: false });
    set.sources.start();
    expect(set.sources.observations?.names).toEqual(['desk']);
    const id = await set.sources.push('desk', { text: 'hi', user: 'ada' });
    expect(set.office.input.mock.calls).toEqual([
      ['source:desk', 'x/0', 'hi', expect.objectContaining({ id, user: 'ada', waits: true })],
    ]);
    expect(await set.sources.push('desk', { text: 'x', id: 'mine' })).toBe('mine');
    // The same again.
    expect(await set.sources.push('desk', { text: 'x', id: 'mine' })).toBe('mine');
    expect(set.office.input).toHaveBeenCalledTimes(2);
  });

  test('that is not taken is refused', async () => {
    const set = await setUp({ desk: HTTP }, { virtual: false });
    await expect(set.sources.push('desk', { text: 'x' })).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    set.sources.start();
    set.office.input.mockRejectedValueOnce(new TroupeError('AGENT_UNKNOWN', 'nobody'));
    await expect(set.sources.push('desk', { text: 'x' })).rejects.toThrow('nobody');
    await expect(set.sources.push('pulse', { text: 'x' })).rejects.toMatchObject({ code: 'SOURCE_UNKNOWN' });
  });

  test.each([
    ['without such a source', { pulse: EVERY }, false],
    ['in a rehearsal', { desk: HTTP }, true],
  ] as const)('is not possible %s', async (_, specs, virtual) => {
    const { sources } = await setUp(specs, { virtual });
    expect(sources.observations).toBeUndefined();
    await expect(sources.push('desk', { text: 'x' })).rejects.toThrow(
      'Cannot push to source "desk": nothing can be pushed into this run',
    );
  });
});
