import { describe, expect, test } from 'vitest';
import { findRemaining } from '../../src/supervisor/resume.ts';
import { slowly, talk } from './talk.ts';

const spill = { mailbox: { size: 3, overflow: 'spill' } } as const;
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `${from + n}`);

function setUp(keepOpen = false) {
  return talk({ items: [], keepOpen, others: { b: { group: spill } }, by: { b: slowly(10) } });
}

describe('a mailbox that spills', () => {
  test('takes everything, keeps a few in the process, and its agent observes all of it in order', async () => {
    const it = setUp();
    const end = it.run();
    let most = 0;
    for (const body of numbers(0, 500)) {
      await it.office.input('user', 'b/0', body);
      most = Math.max(most, Number(it.supervisor.view('b/0')?.context.mailbox ?? 0));
    }
    expect(most).toBeLessThanOrEqual(4);
    expect(it.office.mailboxes.lengthOf('b/0')).toBeGreaterThan(450);
    expect(await end).toBe('finished');
    expect(it.heard('b/0')).toEqual(numbers(0, 500));
    expect(it.ofType('message.sent').filter(({ message }) => message.kind === 'input')).toHaveLength(500);
    expect(it.dead()).toEqual([]);
    expect(it.office.mailboxes.lengthOf('b/0')).toBe(0);
  });

  test('goes on after its run was stopped, with every message once', async () => {
    const it = setUp(true);
    const end = it.run();
    for (const body of numbers(0, 200)) await it.office.input('user', 'b/0', body);
    await it.clock.sleep(300);
    it.supervisor.drain('stopped');
    await end;
    const heard = it.heard('b/0');
    expect(heard.length).toBeGreaterThan(20);
    expect(heard.length).toBeLessThan(50);

    const remaining = await findRemaining(it.memory, 'run', it.specs);
    expect(remaining.spilled.get('b/0')?.next).toBe(200 - 3);
    const again = talk({
      items: [],
      others: { b: { group: spill } },
      by: { b: slowly(10) },
      store: () => it.memory,
      remaining,
    });
    expect(await again.run()).toBe('finished');
    expect([...heard, ...again.heard('b/0')]).toEqual(numbers(0, 200));
  });

  test('buries what is on disk when its agent ends', async () => {
    const it = setUp(true);
    const end = it.run();
    for (const body of numbers(0, 100)) await it.office.input('user', 'b/0', body);
    await it.clock.sleep(95);
    it.supervisor.stop('b/0');
    await it.clock.sleep(1);
    expect(it.heard('b/0').length + it.dead().length).toBe(100);
    expect(it.dead().every((dead) => dead.endsWith(' ended'))).toBe(true);
    it.supervisor.drain('over');
    await end;
  });
});
