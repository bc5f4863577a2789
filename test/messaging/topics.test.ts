import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../src/base/errors.ts';
import { TOPIC_NAME_MAX_CHARS } from '../../src/base/limits.ts';
import { assertTopic, Topics } from '../../src/messaging/topics.ts';

test('a topic that nobody has subscribed to has nobody', () => {
  const topics = new Topics();
  expect([topics.of('news'), topics.topicsOf('a'), topics.names()]).toEqual([[], [], []]);
  expect(topics.unsubscribe('news', 'a')).toBe(false);
});

test('subscribers are told in the order in which they came, each once', () => {
  const topics = new Topics();
  expect(['b', 'a', 'b', 'c'].map((agent) => topics.subscribe('news', agent))).toEqual([true, true, false, true]);
  expect(topics.of('news')).toEqual(['b', 'a', 'c']);
  expect([topics.unsubscribe('news', 'b'), topics.unsubscribe('news', 'b')]).toEqual([true, false]);
  topics.subscribe('news', 'b');
  expect(topics.of('news')).toEqual(['a', 'c', 'b']);
});

test('the list is the same until it changes, and one that was given does not change', () => {
  const topics = new Topics();
  topics.subscribe('news', 'a');
  const before = topics.of('news');
  topics.subscribe('news', 'a');
  topics.subscribe('other', 'b');
  expect(topics.of('news')).toBe(before);
  topics.subscribe('news', 'b');
  expect([before, topics.of('news')]).toEqual([['a'], ['a', 'b']]);
});

test('a topic without subscribers is gone', () => {
  const topics = new Topics();
  for (const topic of ['one', 'two', 'three']) topics.subscribe(topic, 'a');
  topics.subscribe('two', 'b');
  topics.unsubscribe('one', 'a');
  expect([topics.names(), topics.topicsOf('a')]).toEqual([
    ['two', 'three'],
    ['two', 'three'],
  ]);
  topics.leave('a');
  topics.leave('a');
  expect([topics.names(), topics.topicsOf('a'), topics.of('two')]).toEqual([['two'], [], ['b']]);
});

describe('assertTopic', () => {
  test.each(['a', 'incidents/eu west', 'Störung 🚒', 'x'.repeat(TOPIC_NAME_MAX_CHARS)])('%j is a name', (name) => {
    expect(() => assertTopic(name)).not.toThrow();
  });

  test.each([
    ['', 'Cannot use topic "": it is empty; name it with 1 to 200 characters on one line'],
    ['a\nb', 'Cannot use topic "a\\nb": it has control characters; name it with'],
    ['\u0000', 'it has control characters'],
    ['\u0085', 'it has control characters'],
    ['x'.repeat(201), 'it has 201 characters'],
  ])('%j is not', (name, message) => {
    const topics = new Topics();
    for (const use of [() => assertTopic(name), () => topics.subscribe(name, 'a')]) {
      expect(use).toThrow(TroupeError);
      expect(use).toThrow(
        expect.objectContaining({ code: 'TOOL_ARGUMENTS', message: expect.stringContaining(message) }),
      );
    }
    expect(topics.names()).toEqual([]);
  });
});

test('both sides agree, whatever happens', () => {
  const step = fc.record({
    do: fc.constantFrom('subscribe', 'unsubscribe', 'leave'),
    topic: fc.nat(4),
    agent: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const topics = new Topics();
      let pairs: string[] = [];
      for (const { do: what, topic, agent } of steps) {
        const [name, who] = [`t${topic}`, `a${agent}`];
        const pair = `${name} ${who}`;
        const had = pairs.includes(pair);
        if (what === 'subscribe') {
          expect(topics.subscribe(name, who)).toBe(!had);
          if (!had) pairs.push(pair);
        } else if (what === 'unsubscribe') {
          expect(topics.unsubscribe(name, who)).toBe(had);
          pairs = pairs.filter((one) => one !== pair);
        } else {
          topics.leave(who);
          pairs = pairs.filter((one) => !one.endsWith(` ${who}`));
        }
        const of = (which: string) => pairs.filter((one) => one.startsWith(`${which} `)).map((one) => one.slice(3));
        for (const one of ['t0', 't1', 't2', 't3', 't4']) expect(topics.of(one)).toEqual(of(one));
        expect([...topics.names()].sort()).toEqual([...new Set(pairs.map((one) => one.slice(0, 2)))].sort());
        expect(topics.topicsOf(who)).toEqual(
          pairs.filter((one) => one.endsWith(` ${who}`)).map((one) => one.slice(0, 2)),
        );
      }
    }),
  );
});
