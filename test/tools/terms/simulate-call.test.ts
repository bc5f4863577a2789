import { expect, test } from 'vitest';
import { simulateCall } from '../../../src/tools/terms/simulate-call.ts';
import { createContext } from '../tool-context.ts';

const base = { latency: { kind: 'constant', ms: 40 }, failureRate: 0, result: null } as const;

test('takes its time on the clock of the run, says so, and gives its result', async () => {
  const context = createContext({ agent: 'a/7' });
  const execute = simulateCall('t', { ...base, result: ['{{ args.x }}', '{{ index }}'] }, {});
  expect(await execute({ x: 'y' }, context)).toEqual(['y', 7]);
  expect([context.clock.elapsed(), context.serviceMs]).toEqual([40, 40]);
});

test('fails as it is told to, in the name of its tool', async () => {
  const fail = (call: object) => simulateCall('pay', { ...base, ...call }, {})({}, createContext());
  await expect(fail({ failureRate: 1 })).rejects.toThrow('Tool "pay" failed: a simulated failure');
  await expect(fail({ fault: 'error' })).rejects.toMatchObject({ code: 'TOOL_FAILED' });
  expect(() => fail({ fault: 'throw' })).toThrow('Tool "pay" failed');
});

test('refuses a template with an unknown name before anything runs', () =>
  expect(() => simulateCall('t', { ...base, result: '{{ agnet }}' }, {})).toThrow(
    expect.objectContaining({ code: 'TEMPLATE' }),
  ));
