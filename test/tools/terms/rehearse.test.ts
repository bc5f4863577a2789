import { expect, test } from 'vitest';
import type { SimulatedCall } from '../../../src/protocol.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { rehearse } from '../../../src/tools/terms/rehearse.ts';
import { createContext, createTool } from '../tool-context.ts';

const simulate: SimulatedCall = {
  latency: { kind: 'constant', ms: 25 },
  result: { city: '{{ args.city }}', unit: '{{ params.unit }}' },
  failureRate: 0,
};
const params = { unit: 'C' };
const terms = { retries: 3, places: undefined, cache: undefined };
const real = createTool(() => expect.unreachable(), {
  name: 'weather',
  description: 'The weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  external: true,
  terms,
});
const call = (args = {}) => ({ id: '1', name: 'weather', args });

test('a simulated tool looks like the real one, on its terms, and does what the scenario says', async () => {
  const tool = rehearse(real, { simulate, params, reachesOutside: true });
  const { name, description, parameters } = real;
  expect(tool).toMatchObject({ name, description, parameters, terms, external: false });
  expect(await runToolCall(call({ city: 'Bonn' }), tool, createContext())).toMatchObject({
    isError: false,
    content: { city: 'Bonn', unit: 'C' },
    serviceMs: 25,
  });
  expect((await runToolCall(call({ city: 7 }), tool, createContext())).content).toEqual({
    error: 'Cannot call tool "weather": arguments do not fit: /city must be string',
  });
});

test('a simulated tool of a schema library is checked by the JSON Schema that the model is told', async () => {
  const tool = rehearse({ ...real, checksArguments: true }, { simulate, params, reachesOutside: true });
  expect(await runToolCall(call({ city: 7 }), tool, createContext())).toMatchObject({ isError: true });
});

test('one that reaches outside refuses every call, once, and says what to do', async () => {
  const tool = rehearse(real, { simulate: undefined, params, reachesOutside: true });
  expect(tool).toMatchObject({ name: 'weather', description: 'The weather.', parameters: real.parameters });
  const context = createContext({ tell: () => expect.unreachable() });
  expect(await runToolCall(call({ city: 'Bonn' }), tool, context)).toMatchObject({
    isError: true,
    content: {
      error: 'Cannot call "weather" in a rehearsal: it reaches outside; give it simulate: in the scenario',
    },
  });
});

test('any other one is as it is', () =>
  expect(rehearse(real, { simulate: undefined, params, reachesOutside: false })).toBe(real));
