import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { parseScenario } from '../src/scenario/load.ts';
import { rehearse, scenarioOf, toLines } from './rehearsals.ts';
import { temporaryFolder } from './temporary-folder.ts';

const person = {
  latency: { median: '2m', p95: '10m' },
  rules: [{ when: 'args.amount > 102', answer: 'reject', reason: 'too much' }],
  answer: 'approve',
};

/** Ten payers, each of whose payments waits for a person. */
function payers(changes: object = {}, approval: object = { when: 'args.amount >= 100', simulate: person }) {
  const memory = { store: 'in-memory' };
  return scenarioOf({
    memory,
    models: {
      clerk: {
        latency: { min: '1s', max: '2s' },
        rules: [
          { on: 'results', reply: '{{ observation.text }}' },
          { call: [{ pay: { amount: '{{ index | plus: 98 }}' } }] },
        ],
      },
    },
    tools: { pay: { builtin: 'simulated', effects: 'once', result: { paid: '{{ args.amount }}' }, approval } },
    agents: { clerk: { count: 7, model: 'clerk', tools: ['pay'], observe: ['Pay.'] } },
    ...changes,
  });
}

const ofType = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is RunEvent & { type: T } => event.type === type);
const waitsOf = (events: readonly RunEvent[]) =>
  ofType(events, 'approval.answered').map(({ agent, answer }) => `${agent} ${answer}`);

test('a rehearsal has simulated people, who take their time and their sides; the same seed gives the same bytes', async () => {
  const [first, second] = [await rehearse(payers()), await rehearse(payers())];
  expect(toLines(second.events)).toBe(toLines(first.events));
  expect(first.summary).toMatchObject({ status: 'done', agents: { done: 7 } });
  expect(waitsOf(first.events).sort()).toEqual([
    'clerk/2 approved',
    'clerk/3 approved',
    'clerk/4 approved',
    'clerk/5 rejected',
    'clerk/6 rejected',
  ]);
  const other = await rehearse(payers(), { seed: 99 });
  expect(toLines(other.events)).not.toBe(toLines(first.events));
});

test('agents that were spawned wait like all others', async () => {
  const scenario = payers({
    models: {
      boss: {
        rules: [
          { on: 'results', reply: 'spawned' },
          { call: [{ hire: { task: 'Pay.' } }, { hire: { task: 'Pay.' } }] },
        ],
      },
      clerk: {
        rules: [{ on: 'results', reply: '{{ observation.text }}' }, { call: [{ pay: { amount: 101 } }] }],
      },
    },
    tools: {
      hire: { builtin: 'spawn', to: 'clerk' },
      pay: {
        builtin: 'simulated',
        effects: 'once',
        result: 'paid',
        approval: { simulate: { ...person, latency: '1h' } },
      },
    },
    agents: {
      boss: { count: 1, model: 'boss', tools: ['hire'], observe: ['Hire.'] },
      clerk: { spawn: { max: 3 }, model: 'clerk', tools: ['pay'], observe: { inbox: true }, idle_after: '1m' },
    },
  });
  const { events } = await rehearse(scenario);
  expect(waitsOf(events)).toEqual(['clerk/0 approved', 'clerk/1 approved']);
  // While they wait they are not idle.
  const asleep = ofType(events, 'agent.passivated').filter(({ at }) => at < 3_600_000);
  expect(asleep).toEqual([]);
});

test('a replay asks people again, who have the same sides in a rehearsal', async () => {
  const record = join(temporaryFolder(), 'tape.jsonl');
  const recorded = await rehearse(payers(), { record });
  const played = await rehearse(payers(), { replay: record });
  expect(toLines(played.events)).toBe(toLines(recorded.events));
  expect(waitsOf(played.events)).toHaveLength(5);
});

describe('tools of a module', () => {
  function moduleScenario(approval: string) {
    const folder = temporaryFolder();
    const source = `import { defineTool } from 'troupe';
      const tool = (name) => defineTool({ name, description: name, effects: 'none', external: false, execute: () => name });
      export const one = tool('one'); export const two = tool('two');`;
    writeFileSync(join(folder, 'tools.mjs'), source);
    const text = `
      name: modules
      memory: { store: in-memory }
      models: { m: { rules: [{ on: results, reply: "{{ observation.text }}" }, { call: [one, two] }] } }
      tools: { both: { module: ./tools.mjs, approval: ${approval} } }
      agents: { a: { count: 1, model: m, tools: [both], observe: Go } }`;
    return parseScenario(text, { name: 'modules', folder });
  }

  test('each wait', async () => {
    const { events } = await rehearse(moduleScenario('{ simulate: { answer: approve } }'));
    expect(ofType(events, 'approval.requested').map(({ call }) => call.name)).toEqual(['one', 'two']);
    expect(ofType(events, 'agent.replied').map(({ reply }) => reply)).toEqual(['one\ntwo']);
  });

  test('wait as the expression says by their names', async () => {
    const { events } = await rehearse(moduleScenario(`{ when: "tool == 'two'", simulate: { answer: reject } }`));
    expect(ofType(events, 'approval.requested').map(({ call }) => call.name)).toEqual(['two']);
    expect(ofType(events, 'tool.finished').map(({ result }) => [result.name, result.isError])).toEqual([
      ['one', false],
      ['two', true],
    ]);
  });
});
