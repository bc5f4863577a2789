import { expect, test } from 'vitest';
import { slowly, talk, useOnce } from './talk.ts';

test('a run in which somebody waits for parts that will not come has stalled, and says for what', async () => {
  const it = talk({ items: [] });
  const end = it.run();
  const part = (index: number) => ({ batch: 'round 1', index, of: 3 });
  for (const index of [0, 1]) void it.office.input('user', 'agent/0', 'x', { id: `p${index}`, part: part(index) });
  expect(await end).toBe('stalled');
  expect(it.ofType('run.stalled')).toMatchObject([
    { waiting: [{ agent: 'agent/0', for: '1 more part of round 1 (there is that of user, user)' }] },
  ]);
});

test('of many parts that have come, only the first few are named', async () => {
  const it = talk({ items: [] });
  const end = it.run();
  for (let index = 0; index < 7; index++) {
    void it.office.input(`u${index}`, 'agent/0', 'x', { id: `p${index}`, part: { batch: 'r', index, of: 9 } });
  }
  expect(await end).toBe('stalled');
  expect(it.ofType('run.stalled')[0]?.waiting).toEqual([
    { agent: 'agent/0', for: '2 more parts of r (there is that of u0, u1, u2, u3, u4 and 2 more)' },
  ]);
});

test('one of whose parts all are there waits for nothing', async () => {
  const it = talk({ items: [] });
  const end = it.run();
  for (const index of [1, 0]) {
    void it.office.input('user', 'agent/0', `x${index}`, { id: `p${index}`, part: { batch: 'r', index, of: 2 } });
  }
  expect(await end).toBe('finished');
  expect(it.ofType('agent.observed')).toHaveLength(1);
  expect(it.ofType('agent.observed')[0]?.observation.message?.parts?.map(({ body }) => body)).toEqual(['x0', 'x1']);
});

test('who waits for an answer of one that is paused is waited for', async () => {
  const it = talk({
    others: { b: {} },
    by: { 'agent/0': useOnce('ask', { to: 'b', body: 'how' }), b: slowly(10) },
  });
  const end = it.run();
  it.supervisor.pause('b/0');
  await it.clock.sleep(1_000);
  expect(it.office.asks.of('agent/0')).toMatchObject([{ to: 'b/0' }]);
  expect(it.ofType('run.stalled')).toEqual([]);
  it.supervisor.resume('b/0');
  expect(await end).toBe('finished');
});
