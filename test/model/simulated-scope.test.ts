import { describe, expect, test } from 'vitest';
import { createSimulatedScope, SIMULATED_NAMES } from '../../src/model/simulated-scope.ts';
import { observe, request, results } from './requests.ts';

describe('createSimulatedScope', () => {
  test('has every name, and no other', () => {
    expect(Object.keys(createSimulatedScope(request(), {})).sort()).toEqual([...SIMULATED_NAMES].sort());
  });

  test('describes the request', () => {
    const data = { severity: 'high' };
    const scope = createSimulatedScope(request(observe('x', { data }), { turn: 4, step: 2 }), { team: 'ops' });
    expect(scope).toEqual({
      observation: { kind: 'observation', text: 'x', data },
      results: {},
      row: { host: 'db-1' },
      index: 3,
      turn: 4,
      step: 2,
      attempt: 1,
      params: { team: 'ops' },
      agent: 'analyst/3',
    });
  });

  test('leaves out what an observation does not have', () => {
    expect(Object.keys(createSimulatedScope(request(), {}).observation as object)).toEqual(['kind', 'text']);
  });

  test('gives results by tool and in order', () => {
    const scope = createSimulatedScope(request(results({ search: [1] })), {});
    expect(scope.results).toEqual({ search: [1] });
    expect(scope.observation).toMatchObject({ results: [{ name: 'search', content: [1], is_error: false }] });
  });

  test('keeps a tool of any name as a key of its own', () => {
    const observation = results({ a: 1 });
    const odd = { ...observation, results: [{ ...observation.results![0]!, name: '__proto__' }] };
    expect(Object.hasOwn(createSimulatedScope(request(odd), {}).results as object, '__proto__')).toBe(true);
  });
});
