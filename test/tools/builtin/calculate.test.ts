import { describe, expect, test } from 'vitest';
import { createCalculate } from '../../../src/tools/builtin/calculate.ts';
import { runToolCall } from '../../../src/tools/call.ts';
import { createContext } from '../tool-context.ts';

const tool = createCalculate('calculate', { builtin: 'calculate', timeoutMs: 1_000 });
const calculate = async (expression: string) => {
  const { content } = await runToolCall({ id: '1', name: 'calculate', args: { expression } }, tool, createContext());
  return content as { value?: number; error?: string };
};

describe('calculate', () => {
  test.each<[string, number]>([
    ['42', 42],
    ['.5', 0.5],
    ['1e3', 1_000],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['2 / 4', 0.5],
    ['7 / 2', 3.5],
    ['10 % 4', 2],
    ['2 ^ 10', 1_024],
    ['2 ** 10', 1_024],
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['(-2) ^ 2', 4],
    ['2 ^ -2 ^ 2', 0.0625],
    ['-2 ^ 2 * 3', -12],
    ['2 * -3', -6],
    ['--2', 2],
    ['+-+3', -3],
    ['-0', 0],
    ['pi', Math.PI],
    ['log(e)', 1],
    ['log10(1000) + log2(8)', 6],
    ['sqrt(16) + abs(-3)', 7],
    ['min(3, 1, 2) + max(3, 1, 2)', 4],
    ['floor(1.7) + ceil(1.2) + trunc(-1.5)', 2],
    ['pow(2, 3) + exp(0)', 9],
    ['sin(pi / 2) + cos(0) + tan(0)', 2],
    ['hypot(3, 4)', 5],
    ['atan2(0, 1)', 0],
    ['round(2.5)', 3],
    ['round(-2.5)', -3],
    ['round(1.005, 2)', 1.01],
    ['round(1234.5, -2)', 1_200],
    ['round(1e21, 2)', 1e21],
    ['round(1e-9, 3)', 0],
  ])('%s = %d', async (expression, value) => expect(await calculate(expression)).toEqual({ value }));

  test.each<[string, RegExp]>([
    ['1 / 0', /not a finite number/],
    ['0 / 0', /not a finite number/],
    ['sqrt(-1)', /not a finite number/],
    ['1e400', /not a finite number/],
    ['170 ^ 170 ^ 170', /not a finite number/],
    ['sqrt()', /not a finite number/],
    ['round(1, 0.5)', /not a finite number/],
    ['round(1, 1e9)', /not a finite number/],
    [' ', /not arithmetic/],
    ['()', /not arithmetic/],
    ['1 2', /not arithmetic/],
    ['1, 2', /not arithmetic/],
    ['[1, 2]', /not arithmetic/],
    ['"text"', /not arithmetic/],
    ['"a" + "b"', /not arithmetic/],
    ['this', /not arithmetic/],
    ['1 ? 2 : 3', /not arithmetic/],
    ['Math.abs(1)', /not arithmetic/],
    ['(1).constructor', /not arithmetic/],
    ['pi["constructor"]', /not arithmetic/],
    ['abs.constructor("return process")()', /not arithmetic/],
    ['sqrt(4)(4)', /not arithmetic/],
    ['constructor(1)', /unknown name "constructor"/],
    ['toString()', /unknown name "toString"/],
    ['__proto__', /unknown name "__proto__"/],
    ['hasOwnProperty', /unknown name/],
    ['process', /unknown name "process"/],
    ['eval(1)', /unknown name "eval"; here are abs, /],
    ['abs', /unknown name "abs"/],
    ['true', /unknown name/],
    ['x = 1', /Unexpected "="/],
    ['f(x) = x', /Unexpected "="/],
    ['x => x', /Unexpected/],
    ['1 == 1', /Unexpected/],
    ['!1', /Unexpected/],
    ['1 | 2', /Unexpected/],
    ['200!', /Unexpected "!"/],
    ['`x`', /Unexpected/],
    ['1; 2', /not arithmetic|Unexpected/],
    ['new Date()', /not arithmetic/],
    ['(1', /Unclosed/],
    ['1)', /Unexpected/],
    ['2 +', /Expected/],
    ['-', /Expected/],
    ['1_000', /cannot start with a number/],
    ['0x10', /cannot start with a number/],
    [`${'('.repeat(101)}1${')'.repeat(101)}`, /nested deeper than 100/],
    ['1'.repeat(1_001), /must NOT have more than 1000 characters/],
    ['', /must NOT have fewer than 1 char/],
  ])('refuses %s', async (expression, reason) => {
    const { value, error } = await calculate(expression);
    expect(value).toBeUndefined();
    expect(error).toMatch(reason);
    expect(error).toMatch(/^Cannot calculate "|^Cannot call tool/);
    expect(error?.length).toBeLessThan(600);
  });

  test.each([
    ['brackets', `${'('.repeat(100)}1${')'.repeat(100)}`],
    ['signs', `${'-'.repeat(998)}1`],
    ['powers', `${'1^'.repeat(499)}1`],
    ['signed powers', `${'-1^'.repeat(333)}1`],
    ['terms', `${'1+'.repeat(499)}1`],
    ['open lists', '['.repeat(1_000)],
    ['members', `a${'[a'.repeat(499)}`],
    ['choices', `${'1?'.repeat(499)}1`],
  ])('ends soon with as many %s as fit', async (_, expression) => {
    const started = performance.now();
    const { value, error } = await calculate(expression);
    expect(performance.now() - started).toBeLessThan(200);
    expect(String(value ?? error)).not.toMatch(/call stack/);
  });

  test('describes all it knows', () => expect(tool.description).toMatch(/pi, e, abs, .*round/));
});
