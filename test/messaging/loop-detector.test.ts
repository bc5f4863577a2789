import { describe, expect, test } from 'vitest';
import { LoopDetector } from '../../src/messaging/loop-detector.ts';
import type { Message, MessageKind } from '../../src/protocol.ts';
import { toMessage } from '../messages.ts';

const LIMITS = { repeats: 3, hops: 1_000 };

/** Sends `a>b text` in a chain, and tells what is found, message by message. */
function say(detector: LoopDetector, lines: readonly string[], more: Partial<Message> = {}) {
  return lines.map((line) => {
    const [way, body = 'hi'] = line.split(' ');
    const [from, to] = way!.split('>');
    const loop = detector.check(toMessage({ from: from!, to: to!, body, correlation: 'chain', ...more }));
    return loop && `${loop.kind} ${loop.count} ${loop.agents.join(',')}`;
  });
}

const repeat = (count: number, ...lines: string[]) => Array.from({ length: count }, () => lines).flat();
const last = (found: readonly (string | undefined)[]) => [
  found.filter((one) => one !== undefined).length,
  found.at(-1),
];

describe('identical', () => {
  test('what one sends another again and again, and goes on with', () => {
    expect(say(new LoopDetector(LIMITS), repeat(5, 'a>b hello'))).toEqual([
      undefined,
      undefined,
      undefined,
      'identical 3 a,b',
      'identical 4 a,b',
    ]);
  });

  test('not across chains, nor to others', () => {
    const detector = new LoopDetector(LIMITS);
    expect(say(detector, ['a>b', 'a>c', 'a>d', 'a>e', 'a>f'])).toEqual(repeat(5, undefined as never));
    for (let n = 0; n < 10; n++) {
      expect(say(detector, ['x>y same'], { correlation: `chain ${n}` })).toEqual([undefined]);
    }
  });

  test('an answer of the other side that is new is progress', () => {
    const detector = new LoopDetector(LIMITS);
    const lines = Array.from({ length: 20 }, (_, n) => ['a>b more', `b>a page-${n}`]).flat();
    expect(say(detector, lines).filter((one) => one !== undefined)).toEqual([]);
  });

  test('an empty text is a text', () => {
    const check = new LoopDetector(LIMITS);
    const found = Array.from({ length: 4 }, () => check.check(toMessage({ body: '' }))?.kind);
    expect(found).toEqual([undefined, undefined, undefined, 'identical']);
  });
});

describe('ping-pong', () => {
  test('two who send each other the same', () => {
    const found = say(new LoopDetector(LIMITS), repeat(3, 'a>b after-you', 'b>a after-you'));
    expect(found).toEqual([undefined, undefined, undefined, undefined, 'ping-pong 3 a,b', 'ping-pong 4 b,a']);
  });

  test('one who goes around in several texts', () => {
    const found = say(new LoopDetector(LIMITS), repeat(2, 'a>b one', 'a>b two', 'a>b three'));
    expect(last(found)).toEqual([1, 'ping-pong 3 a,b']);
  });

  test('something new in between begins again', () => {
    const detector = new LoopDetector(LIMITS);
    expect(last(say(detector, [...repeat(2, 'a>b x', 'b>a x'), 'a>b new']))).toEqual([0, undefined]);
    expect(last(say(detector, ['a>b x', 'b>a x', 'a>b new']))).toEqual([1, 'ping-pong 3 a,b']);
  });

  test('repeats of one text after another loop was broken are identical', () => {
    const detector = new LoopDetector(LIMITS);
    say(detector, ['a>b x', 'a>b y', 'a>b x', 'a>b y', 'a>b z']);
    expect(last(say(detector, repeat(3, 'a>b z')))).toEqual([1, 'identical 3 a,b']);
  });

  test('a circle of at most 64 texts is found; of more, by its hops', () => {
    const circle = (size: number) => repeat(3, ...Array.from({ length: size }, (_, n) => `a>b text-${n}`));
    expect(last(say(new LoopDetector(LIMITS), circle(64)))).toEqual([126, 'ping-pong 128 a,b']);
    expect(last(say(new LoopDetector(LIMITS), circle(65)))).toEqual([0, undefined]);
  });
});

describe('hops', () => {
  test('a chain that is too long, by whomever', () => {
    const detector = new LoopDetector({ repeats: 3, hops: 5 });
    expect(say(detector, ['a>b new'], { hops: 4 })).toEqual([undefined]);
    expect(say(detector, ['c>d new'], { hops: 5 })).toEqual(['hops 5 c,d']);
    expect(say(detector, ['c>d newer'], { hops: 9 })).toEqual(['hops 9 c,d']);
  });
});

describe('kinds', () => {
  test.each<MessageKind>(['tell', 'ask', 'topic', 'handoff'])('%s counts', (kind) => {
    expect(last(say(new LoopDetector(LIMITS), repeat(4, 'a>b'), { kind }))).toEqual([1, 'identical 3 a,b']);
  });

  test.each<MessageKind>(['reply', 'input'])('%s does not', (kind) => {
    const detector = new LoopDetector({ repeats: 1, hops: 5 });
    expect(last(say(detector, repeat(10, 'a>b'), { kind, hops: 100 }))).toEqual([0, undefined]);
    expect(say(detector, ['a>b'])).toEqual([undefined]);
  });
});

test('who sends to itself can go in circles, too', () => {
  expect(last(say(new LoopDetector(LIMITS), repeat(4, 'a>a go-on')))).toEqual([1, 'identical 3 a,a']);
});

test('addresses that run into each other are not confused', () => {
  const detector = new LoopDetector({ repeats: 1, hops: 100 });
  const found = [
    toMessage({ from: 'a', to: 'b', correlation: 'c/d' }),
    toMessage({ from: 'a', to: 'b/c', correlation: 'd' }),
    toMessage({ from: 'a/b', to: 'c', correlation: 'd' }),
  ].map((message) => detector.check(message));
  expect(found).toEqual([undefined, undefined, undefined]);
});

test('pairs that were not in use for the longest time are forgotten, those in use are not', () => {
  const detector = new LoopDetector({ repeats: 1, hops: 100 }, 4);
  expect(say(detector, ['a>b', 'c>d', 'e>f', 'a>b'])).toEqual([undefined, undefined, undefined, 'identical 1 a,b']);
  expect(say(detector, ['g>h', 'a>b', 'i>j', 'k>l', 'c>d'])).toEqual([
    undefined,
    'identical 2 a,b',
    undefined,
    undefined,
    undefined,
  ]);
});

test('as many pairs as it is to remember are remembered, half of them for sure', () => {
  const detector = new LoopDetector({ repeats: 1, hops: 100 }, 1_000);
  const lines = Array.from({ length: 3_000 }, (_, n) => `a>b${n}`);
  expect(last(say(detector, lines))).toEqual([0, undefined]);
  expect(say(detector, lines.slice(-500)).filter((one) => one === undefined)).toEqual([]);
});
