import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { BOARD_CALLS_KEPT, BOARD_KEYS_MAX, BOARD_TEXT_MAX_CHARS } from '../../src/base/limits.ts';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import type { MemoryStore } from '../../src/memory/memory-store.ts';
import type { RunFact, WiringSpec } from '../../src/protocol.ts';
import { Blackboards } from '../../src/supervisor/blackboard.ts';
import type { Draft } from '../../src/supervisor/draft.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { createBoardTool } from '../../src/tools/board/create-board-tool.ts';
import type { Decide } from '../agent/harness.ts';
import { createWired, upTo } from './wired-harness.ts';

function open(store: MemoryStore = createInMemoryStore(), posting: Promise<void> = Promise.resolve()) {
  const facts: RunFact[] = [];
  const posted: Draft[] = [];
  const clock = createVirtualClock();
  const parts = { run: 'run', store, clock, emit: (fact: RunFact) => facts.push(fact) };
  const office = {
    addresses: { members: (group: string) => [`${group}/0`, `${group}/1`] },
    isWired: (group: string) => group === 'w',
    postOrBury: (draft: Draft) => {
      posted.push(draft);
      return posting;
    },
  };
  const boards = new Blackboards(parts as never, office as never, [
    { kind: 'blackboard', name: 'plan', groups: ['a', 'w'] },
  ]);
  const by = (agent: string, idempotencyKey: string) => boards.of('plan', { agent, idempotencyKey, cause: undefined });
  return { store, facts, posted, boards, by };
}

describe('a board', () => {
  test('has nothing, then versions one after the other, by whom', async () => {
    const { by } = open();
    expect(await by('a/0', 'k1').read('goal')).toBeUndefined();
    expect(await by('a/0', 'k1').write('goal', 'one')).toMatchObject({ version: 1, by: 'a/0' });
    expect(await by('b/0', 'k2').write('goal', 'two', 1)).toMatchObject({ version: 2 });
    expect(await by('a/0', 'k3').read('goal')).toEqual({ key: 'goal', text: 'two', version: 2, by: 'b/0', at: 0 });
    await by('a/0', 'k4').write('next', 'x', 0);
    expect((await by('a/0', 'k5').all()).map(({ key, version }) => [key, version])).toEqual([
      ['goal', 2],
      ['next', 1],
    ]);
  });

  test('of two who write on the same version one is refused, and hears what stands there', async () => {
    const { by } = open();
    await by('a/0', 'k0').write('goal', 'zero');
    const both = await Promise.allSettled([
      by('a/0', 'k1').write('goal', 'mine', 1),
      by('a/1', 'k2').write('goal', 'his', 1),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({
      reason: {
        code: 'CONFLICT',
        message: 'Cannot write "goal" on board "plan": it has version 2, not 1; there stands, by a/0: mine',
      },
    });
    await expect(by('a/1', 'k3').write('new', 'x', 3)).rejects.toThrow('it has version 0, not 3; nothing stands there');
    await by('a/1', 'k4').write('long', 'x'.repeat(5_000));
    await expect(by('a/1', 'k5').write('long', 'y', 0)).rejects.toThrow(/\[and 3000 more characters; read it\]$/);
  });

  test('tells the members of its groups, but for the writer, and everyone who watches', async () => {
    const { by, posted, facts } = open();
    await by('a/1', 'k1').write('goal', 'one');
    const news = { from: 'a/1', kind: 'topic', topic: 'board/plan/goal', body: 'one', data: { version: 1 } };
    expect(posted).toMatchObject([
      { ...news, id: 'k1@a/0', to: 'a/0' },
      { ...news, id: 'k1@w/0', to: 'w/0', way: { isShared: true } },
      { ...news, id: 'k1@w/1', to: 'w/1', way: { isShared: true } },
    ]);
    expect(posted[0]).not.toHaveProperty('way');
    expect(facts).toEqual([{ type: 'board.written', board: 'plan', key: 'goal', version: 1, agent: 'a/1' }]);
  });

  test('lets the writer wait for room in mailboxes that block', async () => {
    let admit = (): void => {};
    const { by, facts } = open(createInMemoryStore(), new Promise((resolve) => (admit = resolve)));
    let isWritten = false;
    const written = by('a/1', 'k1')
      .write('goal', 'one')
      .then(() => (isWritten = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([isWritten, facts.length]).toEqual([false, 1]);
    admit();
    await written;
  });

  test('is there again for those who go on', async () => {
    const first = open();
    await first.by('a/0', 'k1').write('goal', 'one');
    const second = open(first.store);
    expect(await second.by('a/0', 'k2').read('goal')).toMatchObject({ text: 'one', version: 1, by: 'a/0' });
    await expect(second.by('a/0', 'k3').write('goal', 'x', 0)).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('the same call again is no second version, also when others have written since', async () => {
    const first = open();
    await first.by('a/0', 'k1').write('goal', 'one', 0);
    await first.by('a/1', 'k2').write('goal', 'two');
    const second = open(first.store);
    expect(await second.by('a/0', 'k1').write('goal', 'one', 0)).toMatchObject({ version: 1, text: 'one' });
    expect(second.facts).toEqual([]);
    expect(second.posted.map(({ id }) => id)).toEqual(['k1@a/1', 'k1@w/0', 'k1@w/1']);
    expect(await second.by('a/0', 'k9').read('goal')).toMatchObject({ version: 2, text: 'two' });
  });

  test('knows only so many calls, keys and characters', async () => {
    const { by, store } = open();
    for (let n = 0; n < BOARD_CALLS_KEPT + 5; n++) await by('a/0', `k${n}`).write('goal', 'x');
    const [note] = await store.notes('run', 'board:plan');
    expect(JSON.parse(note!.text).calls).toHaveLength(BOARD_CALLS_KEPT);
    await expect(by('a/0', 'l').write('', 'x')).rejects.toMatchObject({ code: 'TOOL_ARGUMENTS' });
    await expect(by('a/0', 'l').write('k'.repeat(101), 'x')).rejects.toMatchObject({ code: 'TOOL_ARGUMENTS' });
    await expect(by('a/0', 'l').write('k', 'x'.repeat(BOARD_TEXT_MAX_CHARS + 1))).rejects.toMatchObject({
      code: 'TOOL_ARGUMENTS',
    });
    for (let n = 1; n < BOARD_KEYS_MAX; n++) await by('a/0', `m${n}`).write(`key ${n}`, 'x');
    await expect(by('a/0', 'z').write('one more', 'x')).rejects.toMatchObject({ code: 'TOO_MANY' });
    await by('a/0', 'y').write('goal', 'still');
  });

  test('of one that could not be written, what is on disk counts', async () => {
    const inner = createInMemoryStore();
    let isBroken = false;
    const store = Object.create(inner, {
      putNote: {
        value: (...note: Parameters<MemoryStore['putNote']>) =>
          isBroken ? Promise.reject(new Error('no disk')) : inner.putNote(...note),
      },
    }) as MemoryStore;
    const { by } = open(store);
    await by('a/0', 'k1').write('goal', 'one');
    isBroken = true;
    await expect(by('a/0', 'k2').write('goal', 'two')).rejects.toThrow('no disk');
    isBroken = false;
    expect(await by('a/0', 'k3').read('goal')).toMatchObject({ version: 1, text: 'one' });
  });

  test('that is not declared is refused, with those that are', () => {
    expect(() => open().boards.of('plam', { agent: 'a/0', idempotencyKey: 'k', cause: undefined })).toThrow(
      'Cannot open board "plam": it is not in wiring; there are plan',
    );
  });
});

test('agents write and are told; killed at any write, each write is one version', async () => {
  const wiring: WiringSpec[] = [{ kind: 'blackboard', name: 'plan', groups: ['critic'] }];
  const terms = { board: 'plan', timeoutMs: 1_000 };
  const tools = [
    createBoardTool('read', { builtin: 'read-board', ...terms }),
    createBoardTool('write', { builtin: 'write-board', ...terms }),
  ];
  const decide: Decide = async ({ observation, spec }, context) => {
    await context.sleep(10 + spec.index);
    if (observation.kind === 'results' || spec.group.name === 'critic') return { reply: observation.text };
    return {
      toolCalls: [{ id: 'c1', name: 'write', args: { key: 'log', text: `by ${spec.id}: ${observation.text}` } }],
    };
  };
  const items = [{ template: 'one' }, { template: 'two' }];
  const scene = { decide, tools, wiring, items, count: 2, others: { critic: {} } };
  const counted = upTo(createInMemoryStore(), Number.POSITIVE_INFINITY);
  const whole = createWired({ ...scene, store: () => counted.store });
  expect(await whole.run()).toBe('finished');
  expect(whole.ofType('board.written').map(({ version }) => version)).toEqual([1, 2, 3, 4]);
  expect(whole.replies('critic/0')).toHaveLength(4);
  for (let batches = 1; batches < counted.count(); batches++) {
    const disk = createInMemoryStore();
    const killed = createWired({ ...scene, store: () => upTo(disk, batches).store });
    await killed.run();
    const remaining = await findRemaining(disk, 'run', killed.specs);
    const next = createWired({ ...scene, store: () => disk, remaining });
    expect(await next.run(), `killed after ${batches}`).toBe('finished');
    const [note] = await disk.notes('run', 'board:plan');
    expect(JSON.parse(note!.text).version, `killed after ${batches}`).toBe(4);
    const heard = (await disk.journal('run', 'critic/0')).flatMap((record) =>
      record.type === 'observed' && record.observation.message !== undefined ? [record.observation.message.id] : [],
    );
    expect(new Set(heard).size, `killed after ${batches}`).toBe(4);
  }
});
