import { expect, test } from 'vitest';
import { describeMachines } from '../../../src/machines.ts';
import { toChartGraph } from '../../../src/monitor/chart/graph.ts';
import { toMermaid } from '../../../src/monitor/chart/mermaid.ts';
import { SAMPLE_CHART } from './sample-chart.ts';

test('the chart of the agents', () => {
  expect(toMermaid(toChartGraph(describeMachines().agent))).toBe(`stateDiagram-v2
  direction LR
  [*] --> observe
  observe --> storing: cut short when its calls had settled
  observe --> executing_tools: cut short after its decision
  observe --> decide: something to decide about
  decide --> executing_tools: calls
  decide --> storing: a reply alone
  executing_tools --> storing: every call has settled
  storing --> observe: handed over
  observe --> failed: an interrupted call, or out of turns
  observe --> done: nothing left, or nothing more will come
  decide --> failed: flawed again, or in circles, or no decision
  decide --> done: out of budget, with what it has
  decide --> stopped: out of budget
  any_state --> failed: out of time, or memory cannot be written
  state "executing-tools" as executing_tools
  state "any state" as any_state
  done --> [*]
  failed --> [*]
  stopped --> [*]
`);
});

test('without a description event and guard are shown, escaped, and pairs are one line', () => {
  expect(toMermaid(toChartGraph(SAMPLE_CHART))).toBe(`stateDiagram-v2
  direction LR
  [*] --> first_state
  first_state --> second: [isReady], or go
  first_state --> first_state: again
  second --> first_state: back
  first_state --> end_: in a #60;hurry#62;#59; #34;now#34;
  second --> end_: go
  any_state --> end_: kill
  state "first-state" as first_state
  state "end" as end_
  state "any state" as any_state
  end_ --> [*]
`);
});

test('names that Mermaid cannot take get one that is nobody else’s', () => {
  const names = ['a-b', 'a_b', 'a.b', 'Note', '1st', 'any_state', 'é'];
  const states = Object.fromEntries(names.map((name) => [name, { on: { next: 'a-b' } }]));
  const text = toMermaid(toChartGraph({ id: 'm', initial: 'a-b', states, on: { stop: '.a-b' } }));
  const aliases = [...text.matchAll(/state "(.+)" as (\w+)/g)].map(([, name, alias]) => [name, alias]);
  expect(aliases).toEqual([
    ['a-b', 'a_b_'],
    ['a.b', 'a_b__'],
    ['Note', 'Note_'],
    ['1st', '_1st'],
    ['é', '_'],
    ['any state', 'any_state_'],
  ]);
  expect(text).toContain('any_state --> a_b_: next');
  expect(text).toContain('any_state_ --> a_b_: stop');
});
