import { describe, expect, test } from 'vitest';
import { compileAnswer, compileRule } from '../../src/model/simulated-rule.ts';
import { createSimulatedScope } from '../../src/model/simulated-scope.ts';
import { answer, observe, request } from './requests.ts';

const latency = { kind: 'constant', ms: 5 } as const;

describe('compileAnswer', () => {
  test('knows whether anything in it reads the scope', () => {
    const isTemplated = (more: object) => compileAnswer({ ...answer('plain'), ...more }, latency).isTemplated;
    expect(isTemplated({})).toBe(false);
    expect(isTemplated({ call: [{ tool: 'a', args: { b: ['{ plain }'] } }] })).toBe(false);
    expect(isTemplated({ reply: '{{ index }}' })).toBe(true);
    expect(isTemplated({ fail: '{% if index %}x{% endif %}' })).toBe(true);
    expect(isTemplated({ call: [{ tool: 'a', args: { b: ['{{ index }}'] } }] })).toBe(true);
  });

  test('takes the model’s latency where there is no other', () => {
    expect(compileAnswer(answer('a'), latency).latency).toBe(latency);
    expect(compileAnswer(answer('a', { latency: { kind: 'constant', ms: 1 } }), latency).latency).toEqual({
      kind: 'constant',
      ms: 1,
    });
  });
});

describe('compileRule', () => {
  test('asks for the scope only when everything else fits', () => {
    const rule = compileRule({ ...answer('a'), on: 'observation', match: 'disk', when: 'index == 3' }, latency);
    let made = 0;
    const scope = () => {
      made++;
      return createSimulatedScope(request(), {});
    };
    expect(rule.fits(observe('queue'), scope)).toBe(false);
    expect(rule.fits({ kind: 'results', text: 'disk' }, scope)).toBe(false);
    expect(made).toBe(0);
    expect(rule.fits(observe('disk'), scope)).toBe(true);
    expect(made).toBe(1);
  });

  test('a name that a macro binds may be one of ours elsewhere', () => {
    const rule = compileRule({ ...answer('a'), when: '[1].all(row, row == 1) && index == 3' }, latency);
    expect(rule.fits(observe('x'), () => createSimulatedScope(request(), {}))).toBe(true);
  });

  test('refuses a condition with a name that does not exist', () => {
    expect(() => compileRule({ ...answer('a'), when: 'idx == 3' }, latency)).toThrow(
      /unknown name "idx"; here are obs/,
    );
  });
});
