import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { createSupervisorMachine } from '../../src/supervisor/chart.ts';

test('starting, running, draining, stopped; a second drain changes nothing', () => {
  const log: string[] = [];
  const machine = createSupervisorMachine({
    drain: (reason) => log.push(`drain ${reason}`),
    stop: () => log.push('stop'),
  });
  const actor = createActor(machine).start();
  const values = [actor.getSnapshot().value];
  const events = [
    { type: 'started' },
    { type: 'drain', reason: 'a' },
    { type: 'drain', reason: 'b' },
    { type: 'emptied' },
  ] as const;
  for (const event of events) {
    actor.send(event);
    values.push(actor.getSnapshot().value);
  }
  expect(values).toEqual(['starting', 'running', 'draining', 'draining', 'stopped']);
  expect(log).toEqual(['drain a', 'stop']);
});
