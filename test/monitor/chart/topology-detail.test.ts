import { expect, test } from 'vitest';
import { toDetail } from '../../../src/monitor/chart/topology-detail.ts';

const group = { id: 'group:a', name: 'a', kind: 'group', inbox: false } as const;

test('how many, or which kind', () => {
  expect(toDetail({ ...group, count: 1 })).toBe('1 agent');
  expect(toDetail({ ...group, count: 200 })).toBe('200 agents');
  expect(toDetail({ ...group, upTo: 100 })).toBe('up to 100 agents');
  expect(toDetail({ ...group, upTo: 1 })).toBe('up to 1 agent');
  expect(toDetail(group)).toBe('an agent for each row');
  expect(toDetail({ id: 'model:m', name: 'm', kind: 'model', provider: 'simulated' })).toBe('simulated model');
  expect(toDetail({ id: 'tool:t', name: 't', kind: 'tool', tool: 'simulated' })).toBe('simulated tool');
  expect(toDetail({ id: 'tool:search', name: 'search', kind: 'tool', tool: 'search' })).toBe('tool');
});
