import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { rehearse } from './rehearsals.ts';

const file = join(import.meta.dirname, '../scenarios/auction.yaml');
const seeds = [1, 2, 3];

const awardsOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'task.awarded' ? [event] : []));

test.each(seeds)('each task goes to the lowest bid, and who does it comes from the bids: seed %i', async (seed) => {
  const { events, summary } = await rehearse(await loadScenario(file), { seed });
  expect(summary.expectations.filter(({ pass }) => !pass)).toEqual([]);
  const awards = awardsOf(events);
  expect(awards).toHaveLength(5);
  for (const { bids, winner, agent, task } of awards) {
    const lowest = Math.min(...bids.map(({ bid }) => bid));
    expect(bids.find(({ from }) => from === winner)?.bid).toBe(lowest);
    const given = events.filter(
      (event) => event.type === 'message.sent' && event.agent === agent && event.message.body === task,
    );
    expect(given.map((event) => event.type === 'message.sent' && event.message.to)).toEqual([winner]);
  }
});

test('a calendar that fills up moves a task to another one, and Dora bids for nothing', async () => {
  const { events } = await rehearse(await loadScenario(file));
  const awards = awardsOf(events);
  const tiled = awards.filter(({ task }) => task.startsWith('tile')).map(({ winner }) => winner);
  expect(tiled).toEqual(['contractor/1', 'contractor/1', 'contractor/2']);
  expect(awards.flatMap(({ bids }) => bids.map(({ from }) => from))).not.toContain('contractor/3');
});

test('a manager whose task goes to another one than the cheapest fails', async () => {
  const scenario = await loadScenario(file, { set: ['agents.contractor.list.1.prices.tile=500'] });
  const { summary } = await rehearse(scenario);
  expect(summary.agents.failed).toBe(2);
  expect(summary.expectations.filter(({ pass }) => !pass).map((one) => one.expect)).toContain(
    'agents.done == agents.total',
  );
});
