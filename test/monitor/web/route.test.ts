import { expect, test } from 'vitest';
import { formatRoute, parseRoute, toggleName, toNames } from '../../../src/monitor/web/route.ts';

test.each([
  ['', { view: 'fleet', query: {} }],
  ['#/nowhere', { view: 'fleet', query: {} }],
  ['#/log?type=agent.ended&failures=1', { view: 'log', query: { type: 'agent.ended', failures: '1' } }],
  ['#/agent', { view: 'agent', query: {} }],
  ['#/agent/analyst/17?tab=context', { view: 'agent', agent: 'analyst/17', query: { tab: 'context' } }],
  ['#/agent/a%20b/1', { view: 'agent', agent: 'a b/1', query: {} }],
  ['#/agent/100%/1', { view: 'agent', agent: '100%/1', query: {} }],
  ['#/fleet/rest', { view: 'fleet', query: {} }],
])('%s', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

test('what is written is read again', () => {
  const route = { view: 'agent', agent: 'ä b/3', query: { q: 'x&y=1', state: 'done,failed' } } as const;
  const hash = formatRoute(route);
  expect(hash).toBe('#/agent/%C3%A4%20b/3?q=x%26y%3D1&state=done,failed');
  expect(parseRoute(hash)).toEqual(route);
});

test('what is empty is left out', () => {
  expect(formatRoute({ view: 'fleet', query: { q: '' } })).toBe('#/fleet');
});

test('lists of names', () => {
  expect(toNames(undefined)).toEqual([]);
  expect(toNames('a,b')).toEqual(['a', 'b']);
  expect(toggleName(['a', 'b'], 'a')).toEqual(['b']);
  expect(toggleName(['a'], 'b')).toEqual(['a', 'b']);
});
