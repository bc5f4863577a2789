import ELK from 'elkjs/lib/elk.bundled.js';
import { expect, test } from 'vitest';
import { toChartGraph } from '../../../src/monitor/chart/graph.ts';
import { layoutChart } from '../../../src/monitor/chart/layout.ts';
import { toSvg } from '../../../src/monitor/chart/svg.ts';
import { SAMPLE_CHART } from './sample-chart.ts';

const placed = await layoutChart(toChartGraph(SAMPLE_CHART), new ELK.default());

test('every state is a box, final ones with a ring, any state dashed, the start a dot', () => {
  const text = toSvg(placed);
  expect(text.match(/<rect class="box"/g)).toHaveLength(3);
  expect(text.match(/<rect class="box dashed"/g)).toHaveLength(1);
  expect(text.match(/<rect class="ring"/g)).toHaveLength(1);
  expect(text.match(/<circle class="dot"/g)).toHaveLength(1);
});

test('every transition that changes the state is an arrow with its words, and so is the start', () => {
  const text = toSvg(placed);
  expect(text.match(/<path class="arrow"/g)).toHaveLength(placed.transitions.length + 1);
  expect(text).toContain('>in a &#60;hurry&#62;; &#34;now&#34;</text>');
  expect(text).toContain('>go [isFast] / hurry</text>');
});
