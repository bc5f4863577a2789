import { expect, test } from 'vitest';
import { createActor, createMachine } from 'xstate';
import { createHousehold } from '../../src/supervisor/household.ts';

const logic = createMachine({ initial: 'a', states: { a: { on: { go: 'b' } }, b: { type: 'final' } } });

test('its members share a system, go on without it, and end by its word alone', () => {
  const household = createHousehold();
  const [first, second] = ['x/0', 'x/1'].map((id) => createActor(logic, { id, parent: household } as never).start());
  expect(first!.system).toBe(household.system);
  expect(first!.sessionId).not.toBe(second!.sessionId);
  household.send({ type: 'stop', actor: first! });
  expect([first!.getSnapshot().status, second!.getSnapshot().status]).toEqual(['stopped', 'active']);
  second!.send({ type: 'go' });
  expect(second!.getSnapshot().status).toBe('done');
  expect(household.getSnapshot().status).toBe('active');
});
