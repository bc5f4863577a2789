import { expect, test } from 'vitest';
import * as troupe from '../src/index.ts';
import { defineModel, defineTool, runScenario, toRunResult } from '../src/index.ts';

test('a scenario runs from code, with a tool and a model of one’s own', async () => {
  const weather = defineTool({
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    execute: async ({ city }) => ({ city, sky: city === 'Lisbon' ? 'clear' : 'grey' }),
  });
  const forecaster = defineModel({
    name: 'forecaster',
    decide: ({ observation }) => {
      const [result] = observation.results ?? [];
      if (result === undefined) return { toolCalls: [{ name: 'weather', args: { city: observation.text } }] };
      const { city, sky } = result.content as { city: string; sky: string };
      return `The sky over ${city} is ${sky}.`;
    },
  });
  const results: (string | undefined)[] = [];
  const summary = await runScenario(
    {
      name: 'forecast',
      agents: {
        reporter: {
          list: [{ city: 'Lisbon' }, { city: 'Oslo' }],
          model: 'forecaster',
          tools: ['weather'],
          observe: '{{ row.city }}',
        },
      },
      memory: { store: 'in-memory' },
      expect: ['agents.done == 2', 'tool_calls.failed == 0'],
    },
    {
      virtual: true,
      tools: [weather],
      models: [forecaster],
      onEvent: (event) => {
        const result = toRunResult(event);
        if (result !== undefined) results.push(result.reply);
      },
    },
  );
  expect(results).toEqual(['The sky over Lisbon is clear.', 'The sky over Oslo is grey.']);
  expect(summary).toMatchObject({ status: 'done', turns: 4, toolCalls: { total: 2, failed: 0 } });
  expect(summary.expectations.map(({ pass }) => pass)).toEqual([true, true]);
});

test('a model or a tool that nobody brings along is a mistake in the scenario', async () => {
  const scenario = { name: 's', agents: { a: { count: 1, model: 'nobody', tools: ['nothing'], observe: 'x' } } };
  await expect(runScenario({ ...scenario, models: {} })).rejects.toThrow(/unknown model "nobody"[\s\S]*"nothing"/);
});

test('the public API is this', () => {
  expect(Object.keys(troupe).sort()).toEqual([
    'ModelCallError',
    'ScenarioError',
    'TroupeError',
    'defineModel',
    'defineTool',
    'loadScenario',
    'monitorRun',
    'parseScenario',
    'runScenario',
    'startRun',
    'startScenario',
    'toRunResult',
  ]);
});
