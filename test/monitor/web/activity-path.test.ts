import { expect, test } from 'vitest';
import { toActivity } from '../../../src/monitor/web/shell/activity-path.ts';
import { chartsMessage } from './charts-message.ts';

test('bars stand where their buckets are, the busiest as high as the field', () => {
  const { busy, failed } = toActivity(chartsMessage(0, [2, 0, 1, 0]), { from: 0, to: 400 });
  expect(busy).toBe('M0.0 100v-100.0h250.0v100.0zM500.0 100v-50.0h250.0v50.0z');
  expect(failed).toBe('');
});

test('failures are seen however few they are', () => {
  const charts = chartsMessage(0, [1000]);
  const failing = { ...charts, buckets: { ...charts.buckets, failures: [1] } };
  expect(toActivity(failing, { from: 0, to: 100 }).failed).toBe('M0.0 100v-8.0h1000.0v8.0z');
});

test('many buckets become fewer bars', () => {
  const { busy } = toActivity(chartsMessage(0, new Array(600).fill(1)), { from: 0, to: 60_000 });
  expect(busy.split('z').length - 1).toBe(200);
});
