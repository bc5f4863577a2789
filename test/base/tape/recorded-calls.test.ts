import { expect, test } from 'vitest';
import { RecordedCalls } from '../../../src/base/tape/recorded-calls.ts';
import { placeOf } from './requests.ts';

interface Call {
  readonly agent: string;
  readonly call: string;
  readonly value: string;
}

function recorded(...calls: [agent: string, call: string, value: string][]): RecordedCalls<Call> {
  const all = new RecordedCalls<Call>();
  for (const [agent, call, value] of calls) all.add({ agent, call, value });
  return all;
}

const any = () => true;

test('a call is found by its agent and id, if it fits', () => {
  const calls = recorded(['a/0', '1/1', 'x'], ['a/1', '1/1', 'y'], ['a/0', '1/2', 'z']);
  expect(calls.take(placeOf('1/1', 'a/1'), any)?.value).toBe('y');
  expect(calls.take(placeOf('1/1'), ({ value }) => value === 'y')).toBeUndefined();
  expect(calls.take(placeOf('1/3'), any)).toBeUndefined();
  expect(calls.take(placeOf('1/1', 'b/0'), any)).toBeUndefined();
  expect(calls.of(placeOf('1/1')).map(({ value }) => value)).toEqual(['x']);
});

test('those that were made twice come in their order, and the last one again', () => {
  const calls = recorded(['a/0', '1/1', 'first'], ['a/0', '1/1', 'other'], ['a/0', '1/1', 'second']);
  const take = () => calls.take(placeOf('1/1'), ({ value }) => value !== 'other')?.value;
  expect([take(), take(), take(), take()]).toEqual(['first', 'second', 'second', 'second']);
});

test('it says how far an agent has come', () => {
  const calls = recorded(['a/0', '1/1', 'x'], ['a/0', '2/1', 'y']);
  expect(calls.describe(placeOf('3/1'))).toBe('the last one of this agent is "2/1"');
  expect(calls.describe(placeOf('3/1', 'a/1'))).toBe('there is none of this agent');
});
