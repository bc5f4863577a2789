import { expect, test } from 'vitest';
import { AgentLanes } from '../../../src/memory/lmdb/agent-lanes.ts';

function gate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('work of one agent is done one after the other, whatever becomes of it; others do not wait', async () => {
  const lanes = new AgentLanes();
  const { opened, open } = gate();
  const done: string[] = [];
  const first = lanes.run('r', 'a', async () => {
    await opened;
    done.push('first');
    throw new Error('No');
  });
  const second = lanes.run('r', 'a', async () => done.push('second'));
  await lanes.run('r', 'a1', async () => done.push('other agent'));
  await lanes.run('ra', '', async () => done.push('other run'));
  open();
  await expect(first).rejects.toThrow('No');
  expect(await second).toBe(4);
  expect(done).toEqual(['other agent', 'other run', 'first', 'second']);
});

test('all is settled when nothing is under way, and then nothing is kept', async () => {
  const lanes = new AgentLanes();
  expect(lanes.settled()).toBeUndefined();
  let isDone = false;
  const failing = lanes.run('r', 'a', () => Promise.reject(new Error('No')));
  void lanes.run('r', 'a', async () => {
    isDone = true;
  });
  await lanes.settled();
  await expect(failing).rejects.toThrow('No');
  expect(isDone).toBe(true);
  expect(lanes.settled()).toBeUndefined();
});
