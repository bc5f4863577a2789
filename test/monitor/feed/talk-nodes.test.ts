import { expect, test } from 'vitest';
import { TalkNodes } from '../../../src/monitor/feed/talk-nodes.ts';
import { NO_AGENT, NO_NAME } from '../../../src/monitor/history/rows.ts';
import { startTalk } from '../said.ts';

test('agents are told as their groups', () => {
  const { watch, say } = startTalk();
  say('source:tail', 'a/0');
  const nodes = new TalkNodes(watch, undefined);
  const told = (from: number, name: number, to: number) => nodes.edgeOf(from, name, to)?.map((n) => nodes.nameOf(n));
  expect(told(0, NO_NAME, 5)).toEqual(['a', 'b']);
  expect(told(0, NO_NAME, 1)).toEqual(['a', 'a']);
  expect(told(NO_AGENT, 0, 4)).toEqual(['source:tail', 'b']);
  expect(told(NO_AGENT, NO_NAME, 4)).toEqual(['user', 'b']);
  expect(nodes.edgeOf(0, NO_NAME, 5)).toEqual(nodes.edgeOf(2, NO_NAME, 3));
});

test('the members of one group one by one, and nothing that is not about them', () => {
  const { watch } = startTalk();
  const nodes = new TalkNodes(watch, 'b');
  const told = (from: number, to: number) => nodes.edgeOf(from, NO_NAME, to)?.map((n) => nodes.nameOf(n));
  expect(told(0, 5)).toEqual(['a', 'b/2']);
  expect(told(3, 4)).toEqual(['b/0', 'b/1']);
  expect(told(0, 1)).toBeUndefined();
  expect(told(NO_AGENT, 1)).toBeUndefined();
});

test('there is no such group', () => {
  const { watch } = startTalk();
  expect(() => new TalkNodes(watch, 'c')).toThrow('Cannot find group "c": the run has a, b');
});
