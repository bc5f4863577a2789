import { expect, test } from 'vitest';
import { toTopology } from '../../../src/monitor/chart/topology.ts';
import { toTopologyMermaid } from '../../../src/monitor/chart/topology-mermaid.ts';
import { newsroom } from './newsroom.ts';

test('shapes for groups, models and tools, arrows for who asks, calls and messages whom', () => {
  expect(toTopologyMermaid(toTopology(newsroom()))).toBe(`flowchart LR
  group0["reporter<br/>20 agents"]
  group1["editor<br/>1 agent"]
  group2["checker<br/>3 agents"]
  model3(["reporter<br/>simulated model"])
  model4(["editor<br/>simulated model"])
  model5(["checker<br/>simulated model"])
  tool6{{"send<br/>tool"}}
  tool7{{"lookup<br/>simulated tool"}}
  group0 -->|asks| model3
  group0 -->|calls| tool6
  group0 -.->|messages| group1
  group1 -->|asks| model4
  group1 -->|calls| tool6
  group1 -.->|messages| group0
  group1 -.->|messages| group1
  group2 -->|asks| model5
  group2 -->|calls| tool6
  group2 -->|calls| tool7
  group2 -.->|messages| group1
`);
});

test('a name cannot break out of its label', () => {
  const id = 'tool:x';
  const text = toTopologyMermaid({ id: 's', nodes: [{ id, kind: 'tool', name: '"]; end', tool: 'a`b' }], edges: [] });
  expect(text).toBe('flowchart LR\n  tool0{{"#34;]#59; end<br/>a#96;b tool"}}\n');
});
