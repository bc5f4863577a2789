import { expect, test } from 'vitest';
import { createHarness, tool } from './harness.ts';

const observe = (count: number) => Array.from({ length: count }, (_, index) => ({ template: `observation ${index}` }));

function run(group: object, count = 200) {
  const sizes: number[] = [];
  const firsts: (string | undefined)[] = [];
  const harness = createHarness({
    decide: ({ transcript, turn }) => {
      sizes.push(transcript.length);
      firsts.push(transcript[0]?.role);
      return { reply: `answer ${turn}` };
    },
    group,
    items: observe(count),
  });
  return { harness, sizes, firsts };
}

test('a conversation that is kept whole grows, one of which so many turns are kept does not', async () => {
  const whole = run({});
  await whole.harness.run();
  expect(Math.max(...whole.sizes)).toBe(399);
  const { harness, sizes, firsts } = run({ keepTurns: 20 });
  await harness.run();
  expect(Math.max(...sizes)).toBeLessThan(2 * (20 + 17) + 2);
  expect(Math.min(...sizes.slice(60))).toBeGreaterThanOrEqual(2 * 20);
  expect(new Set(firsts)).toEqual(new Set(['user']));
});

test.each([
  ['two', () => 2],
  ['one, and then two', (observation: number) => (observation === 0 ? 1 : 2)],
  ['three', () => 3],
])('also if observations take %s turns each', async (_, turnsOf) => {
  const sizes: number[] = [];
  let observation = -1;
  let step = 0;
  const harness = createHarness({
    decide: ({ transcript, observation: { kind } }) => {
      if (kind === 'observation') [observation, step] = [observation + 1, 0];
      sizes.push(transcript.length);
      return ++step < turnsOf(observation) ? { toolCalls: [{ id: 'c', name: 't', args: { step } }] } : { reply: 'x' };
    },
    tools: [tool('t', () => 1)],
    group: { keepTurns: 20 },
    items: observe(200),
  });
  await harness.run();
  expect(Math.max(...sizes)).toBeLessThan(3 * (20 + 17) + 6);
  const journal = await harness.memory.journal('run', 'agent/0');
  expect(journal.length).toBeLessThan(8 * 45);
});

test('memory forgets the same turns', async () => {
  const { harness } = run({ keepTurns: 20 });
  await harness.run();
  await harness.memory.flush();
  const journal = await harness.memory.journal('run', 'agent/0');
  const transcript = await harness.memory.transcript('run', 'agent/0');
  expect(journal.length).toBeLessThan(4 * 40);
  expect(transcript[0]?.role).toBe('user');
  expect(transcript.at(-1)).toMatchObject({ role: 'assistant', content: 'answer 200' });
});

test('with a conversation for each observation, a model sees the one under way alone', async () => {
  const { harness, sizes } = run({ conversation: 'each' }, 5);
  await harness.run();
  expect(sizes).toEqual([1, 1, 1, 1, 1]);
  const transcript = await harness.memory.transcript('run', 'agent/0');
  expect(transcript).toHaveLength(10);
});
