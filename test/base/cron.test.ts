import { expect, test } from 'vitest';
import { compileCron, isTimezone } from '../../src/base/cron.ts';

const at = (iso: string) => Date.parse(iso);
const next = (expression: string, from: string, timezone?: string) => {
  const time = compileCron(expression, timezone).after(at(from));
  return time === undefined ? undefined : new Date(time).toISOString();
};

test.each([
  ['0 3 * * *', '2026-01-01T00:00:00Z', '2026-01-01T03:00:00.000Z'],
  ['0 3 * * *', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
  ['0 3 * * *', '2026-01-01T02:59:59.999Z', '2026-01-01T03:00:00.000Z'],
  ['*/15 9-17 * * MON-FRI', '2026-01-03T00:00:00Z', '2026-01-05T09:00:00.000Z'],
  ['10 * * * * *', '2026-01-01T00:00:10Z', '2026-01-01T00:01:10.000Z'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
])('%s after %s comes at %s', (expression, from, time) => expect(next(expression, from)).toBe(time));

test('a schedule is strictly after, also between milliseconds', () => {
  expect(compileCron('0 3 * * *').after(at('2026-01-01T03:00:00Z') - 0.25)).toBe(at('2026-01-01T03:00:00Z'));
});

test('follows summer and winter time of its time zone', () => {
  const berlin = (from: string) => next('30 2 * * *', from, 'Europe/Berlin');
  expect(berlin('2026-01-01T12:00:00Z')).toBe('2026-01-02T01:30:00.000Z');
  expect(berlin('2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
  expect(berlin('2026-10-24T12:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  expect(berlin('2026-10-25T00:30:00Z')).toBe('2026-10-26T01:30:00.000Z');
});

test('a day that does not exist never comes', () => expect(next('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined());

test.each([
  ['61 * * * *', 'its minute is "61"; write 0 to 59'],
  ['0 25 * * *', 'its hour is "25"; write 0 to 23'],
  ['0 0 32 * *', 'its day of the month is "32"; write 1 to 31'],
  ['0 0 * 13 *', 'its month is "13"; write 1 to 12'],
  ['0 0 * * 8', 'its day of the week is "8"; write 0 to 7'],
  ['60 * * * * *', 'its second is "60"'],
  ['x * * * *', 'its minute is "x"'],
  ['* */0 * * *', 'its hour is "*/0"'],
  ['', 'it is empty; write five fields'],
  ['* * * *', 'it has 4; write five fields'],
  ['* * * * * * *', 'it has 7; write five fields'],
  ['@daily', 'it has 1'],
  ['2030-01-01T00:00:00', 'it has 1'],
])('refuses "%s" and names the field', (expression, reason) => {
  expect(() => compileCron(expression)).toThrow(`Cannot read schedule "${expression}": ${reason}`);
});

test('refuses an unknown time zone', () => {
  expect(() => compileCron('* * * * *', 'Europe/Nowhere')).toThrow('unknown time zone "Europe/Nowhere"');
  expect(['UTC', 'Europe/Berlin', '', 'Nope'].map(isTimezone)).toEqual([true, true, false, false]);
});
