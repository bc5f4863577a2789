import ELK from 'elkjs/lib/elk.bundled.js';
import { expect, test } from 'vitest';
import { toTopology } from '../../../src/monitor/chart/topology.ts';
import { layoutTopology } from '../../../src/monitor/chart/topology-layout.ts';
import { toTopologySvg } from '../../../src/monitor/chart/topology-svg.ts';
import { newsroom } from './newsroom.ts';

test('every node is a box with its name, every edge an arrow, messages dashed', async () => {
  const text = toTopologySvg(await layoutTopology(toTopology(newsroom()), new ELK.default()));
  expect(text.match(/<rect class="box strong"/g)).toHaveLength(3);
  expect(text.match(/<rect class="box"/g)).toHaveLength(5);
  expect(text.match(/<path class="arrow"/g)).toHaveLength(7);
  expect(text.match(/<path class="arrow dashed"/g)).toHaveLength(4);
  expect(text).toContain('>20 agents</text>');
  expect(text).toContain('<title>newsroom</title>');
});
