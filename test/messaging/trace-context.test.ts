import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginTrace, continueTrace, parseTraceparent } from '../../src/messaging/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const VALID = `00-${TRACE}-${SPAN}-01`;

describe('beginTrace', () => {
  test('the same for the same message of the same run, and valid', () => {
    expect(beginTrace('run', 'm1')).toBe(beginTrace('run', 'm1'));
    expect(beginTrace('run', 'm1')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(parseTraceparent(beginTrace('run', 'm1'))).toBe(beginTrace('run', 'm1'));
    expect(parseTraceparent(beginTrace('', ''))).toBeDefined();
  });

  test('stays what it is: traces of stored runs are found again', () => {
    expect(beginTrace('abc', 'm1')).toBe('00-e011bec7d717b22eba6ec55e30154004-6b0fe599a88c2922-01');
  });

  test('another run, or another message, is another trace and another span', () => {
    const all = [
      ['a', 'bc'],
      ['ab', 'c'],
      ['b', 'bc'],
      ['a', 'bd'],
    ].map(([run, id]) => beginTrace(run!, id!));
    expect(new Set(all.map((trace) => trace.slice(3, 35))).size).toBe(4);
    expect(new Set(all.map((trace) => trace.slice(36, 52))).size).toBe(4);
  });

  test('two hundred thousand messages have as many traces and spans, with their digits used alike', () => {
    const [traces, spans] = [new Set<string>(), new Set<string>()];
    const digits = new Map<string, number>();
    for (let n = 0; n < 200_000; n++) {
      const trace = beginTrace('run', `agent/${n}`);
      traces.add(trace.slice(3, 35));
      spans.add(trace.slice(36, 52));
      const digit = `${n % 32} ${trace[3 + (n % 32)]}`;
      digits.set(digit, (digits.get(digit) ?? 0) + 1);
    }
    expect([traces.size, spans.size, digits.size]).toEqual([200_000, 200_000, 512]);
    // 390 each are expected; six standard deviations to either side.
    expect(Math.min(...digits.values())).toBeGreaterThan(270);
    expect(Math.max(...digits.values())).toBeLessThan(510);
  });
});

describe('continueTrace', () => {
  test('keeps the trace and the flags, and has its own span', () => {
    const unsampled = `00-${TRACE}-${SPAN}-00`;
    const next = continueTrace(unsampled, 'm2');
    expect([next.slice(0, 36), next.slice(52), next.length]).toEqual([`00-${TRACE}-`, '-00', 55]);
    expect(next).not.toBe(unsampled);
    expect(continueTrace(unsampled, 'm2')).toBe(next);
  });

  test('the same message has another span in another place, and another message in the same one', () => {
    const first = continueTrace(VALID, 'm2');
    expect(continueTrace(first, 'm2').slice(36, 52)).not.toBe(first.slice(36, 52));
    expect(continueTrace(VALID, 'm3').slice(36, 52)).not.toBe(first.slice(36, 52));
  });

  test('a long chain stays valid and never comes back to a span', () => {
    const spans = new Set<string>();
    let trace = beginTrace('run', 'm');
    const begin = trace.slice(0, 36);
    for (let n = 0; n < 20_000; n++) {
      trace = continueTrace(trace, 'm');
      spans.add(trace.slice(36, 52));
    }
    expect([parseTraceparent(trace), trace.slice(0, 36), spans.size]).toEqual([trace, begin, 20_000]);
  });

  test('any ids make a valid one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'binary-ascii' }), (run, id) => {
        const begun = beginTrace(run, id);
        expect(parseTraceparent(begun)).toBe(begun);
        const next = continueTrace(begun, id);
        expect(parseTraceparent(next)).toBe(next);
      }),
    );
  });
});

describe('parseTraceparent', () => {
  test('takes a valid one as it is', () => {
    expect(parseTraceparent(VALID)).toBe(VALID);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-00`)).toBe(`00-${TRACE}-${SPAN}-00`);
  });

  test('leaves out flags that are not known', () => {
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-ff`)).toBe(VALID);
    expect(parseTraceparent(`00-${TRACE}-${SPAN}-02`)).toBe(`00-${TRACE}-${SPAN}-00`);
  });

  test.each(['01', 'cc', 'fe'])('takes version %s as 00, without what that adds', (version) => {
    expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-01`)).toBe(VALID);
    expect(parseTraceparent(`${version}-${TRACE}-${SPAN}-01-what-the-future-brings`)).toBe(VALID);
  });

  test.each([
    ['nothing', ''],
    ['another shape', 'hello'],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['more, in version 00', `${VALID}-more`],
    ['more without a dash', `01${VALID.slice(2)}x`],
    ['uppercase', VALID.toUpperCase()],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a long span', `00-${TRACE}-${SPAN}0-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['something before it', ` ${VALID}`],
    ['a line after it', `${VALID}\n`],
    ['other digits', `00-${TRACE.slice(1)}g-${SPAN}-01`],
  ])('refuses %s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
