import { expect, test } from 'vitest';
import type { Message } from '../../src/protocol.ts';
import { findRemaining } from '../../src/supervisor/resume.ts';
import type { Decide } from '../agent/harness.ts';
import { createWired, type WiredOptions } from './wired-harness.ts';

const speak: Decide = ({ observation }) => ({ reply: observation.text });
const asleep: WiredOptions = {
  decide: speak,
  wiring: [],
  items: [],
  keepOpen: true,
  others: { b: { group: { idleAfterMs: 1_000, mailbox: { size: 2, overflow: 'drop-oldest' } } } },
};

/** What an agent's journal says of messages. */
async function mailOf(run: ReturnType<typeof createWired>, agent = 'b/0'): Promise<string[]> {
  const records = await run.memory.journal('run', agent);
  return records.flatMap((record): string[] => {
    if (record.type === 'received') return [`received ${record.message.id}`];
    if (record.type === 'dropped') return [`dropped ${record.message}`];
    const { message }: { message?: Message } = record.type === 'observed' ? record.observation : {};
    return message === undefined ? [] : [`observed ${message.id}`];
  });
}

test('what comes for one who sleeps is written down at once, and not once more when it wakes', async () => {
  const run = createWired(asleep);
  const end = run.run();
  await run.clock.sleep(10);
  for (const id of ['m1', 'm2', 'm3']) void run.supervisor.office.input('user', 'b/0', id, { id });
  // It wakes when its past has been read.
  expect(run.ofType('agent.woken')).toEqual([]);
  expect(await mailOf(run)).toEqual(['received m1', 'received m2', 'dropped m1', 'received m3']);
  await run.clock.sleep(100);
  const all = await mailOf(run);
  expect(all.slice(4)).toEqual(['observed m2', 'observed m3']);
  run.supervisor.drain('enough');
  await end;
});

test('what comes for one who waits for its restart is there when the run goes on, once', async () => {
  const others: WiredOptions['others'] = {
    b: { items: [{ template: 'first' }], group: { restart: 'transient', retries: 5 } },
  };
  let isBroken = true;
  const decide: Decide = (request) => {
    if (isBroken && request.spec.group.name === 'b') throw new Error('not yet');
    return speak(request, undefined as never);
  };
  const supervision = { backoff: { minMs: 60_000, maxMs: 60_000 } };
  const scene = { ...asleep, decide, others };
  const first = createWired({ ...scene, supervision });
  const over = first.run();
  await first.clock.sleep(10);
  expect(first.ofType('agent.restarting')).toHaveLength(1);
  await first.supervisor.office.input('user', 'b/0', 'hello', { id: 'm1' });
  await first.clock.sleep(10);
  first.supervisor.drain('stopped');
  await over;
  expect(await mailOf(first)).toContain('received m1');
  isBroken = false;
  const remaining = await findRemaining(first.memory, 'run', first.specs);
  const next = createWired({ ...scene, keepOpen: false, store: () => first.memory, remaining });
  expect(await next.run()).toBe('finished');
  expect(next.replies('b/0').sort()).toEqual(['first', 'hello']);
  expect((await mailOf(first)).filter((one) => one === 'received m1')).toHaveLength(1);
});
