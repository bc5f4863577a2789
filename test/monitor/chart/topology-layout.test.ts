import { join } from 'node:path';
import ELK from 'elkjs/lib/elk.bundled.js';
import { expect, test } from 'vitest';
import { toTopology } from '../../../src/monitor/chart/topology.ts';
import { layoutTopology } from '../../../src/monitor/chart/topology-layout.ts';
import { loadScenario } from '../../../src/scenario/load.ts';
import { expectReadable } from './geometry.ts';
import { newsroom } from './newsroom.ts';

const elk = new ELK.default();
const scenarios = join(import.meta.dirname, '../../../scenarios');

test.each(['newsroom', 'anomaly-triage', 'async-agent', 'faults', 'swarm'])('%s is readable', async (name) => {
  const scenario = name === 'newsroom' ? newsroom() : await loadScenario(join(scenarios, `${name}.yaml`));
  const topology = toTopology(scenario);
  const { id, width, height, nodes, edges } = await layoutTopology(topology, elk);
  expect({ id, nodes: nodes.length, edges: edges.length }).toEqual({
    id: name,
    nodes: topology.nodes.length,
    edges: topology.edges.length,
  });
  expectReadable({ width, height, boxes: new Map(nodes.map((node) => [node.id, node])), arrows: edges });
  expect(nodes.map(({ lines }) => lines[0]!.text)).toEqual(topology.nodes.map((node) => node.name));
  expect(edges.map(({ label }) => label.lines[0]!.text)).toEqual(topology.edges.map(({ kind }) => kind));
});

test('many groups that may message each other stay readable, through a hub', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `group:${index}`);
  const { width, height, nodes, edges } = await layoutTopology(
    {
      id: 'crowd',
      nodes: names.map((id) => ({ id, kind: 'group', name: id, count: 1, inbox: true })),
      edges: names.flatMap((source) => names.map((target) => ({ source, target, kind: 'messages' }) as const)),
    },
    elk,
  );
  expect(edges).toHaveLength(24);
  expect(nodes.at(-1)).toMatchObject({ kind: 'hub', lines: [{ text: 'messages' }] });
  expectReadable({ width, height, boxes: new Map(nodes.map((node) => [node.id, node])), arrows: edges });
});
