import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario } from '../src/scenario/load.ts';
import { rehearse, toLines } from './rehearsals.ts';

const file = join(import.meta.dirname, '../scenarios/philosophers.yaml');

test('the circle is found with the last ask, names all five, and everybody eats afterwards', async () => {
  const { summary, events } = await rehearse(await loadScenario(file));
  const all = [0, 1, 2, 3, 4].map((index) => `philosopher/${index}`);
  const circles = events.flatMap((event) => (event.type === 'message.deadlock' ? [event] : []));
  expect(circles).toHaveLength(1);
  const [circle] = circles;
  expect([...(circle?.agents ?? [])].sort()).toEqual(all);

  // The one that was refused is the one that asked last, and it answers its neighbour before it eats.
  const asked = events.flatMap((event) =>
    event.type === 'message.sent' && event.message.kind === 'ask' && event.at <= (circle?.at ?? 0) ? [event.agent] : [],
  );
  const [broken] = all.filter((agent) => !asked.includes(agent));
  expect(circle?.broken).toBe(broken);
  const said = events.flatMap((event) =>
    event.type === 'agent.replied' && event.agent === broken ? [event.reply] : [],
  );
  expect(said.slice(0, 2)).toEqual(['My neighbour first.', 'Here is my fork.']);

  const eaten = events.flatMap((event) =>
    event.type === 'agent.replied' && event.reply === 'I have eaten.' ? [event.agent] : [],
  );
  expect(eaten).toHaveLength(5);
  expect([...eaten].sort()).toEqual(all);
  expect(eaten.at(-1)).toBe(broken);
  expect(summary).toMatchObject({ deadlocks: 1, deadLetters: 0, agents: { done: 5 } });
});

test('is the same to the byte each time', async () => {
  const [first, second] = [await rehearse(await loadScenario(file)), await rehearse(await loadScenario(file))];
  expect(toLines(second.events)).toBe(toLines(first.events));
});
