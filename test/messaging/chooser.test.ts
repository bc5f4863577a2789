import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../src/base/errors.ts';
import { createRandom } from '../../src/base/random.ts';
import { Chooser, parseBid, pickBid } from '../../src/messaging/chooser.ts';

const MEMBERS = ['w/0', 'w/1', 'w/2'];
const context = (loads: Record<string, number> = {}, seed = 1) => ({
  load: (agent: string) => loads[agent] ?? 0,
  random: createRandom(seed),
});
const times = (count: number, choose: () => string) => Array.from({ length: count }, choose);

describe('round-robin', () => {
  test('one after the other, from the first one, by group', () => {
    const chooser = new Chooser();
    const next = (group: string) => chooser.choose(group, MEMBERS, 'round-robin', context({ 'w/0': 9 }));
    expect(times(4, () => next('w'))).toEqual(['w/0', 'w/1', 'w/2', 'w/0']);
    expect(next('other')).toBe('w/0');
    expect(next('w')).toBe('w/1');
  });

  test('goes on when members come and go', () => {
    const chooser = new Chooser();
    const next = (members: readonly string[]) => chooser.choose('w', members, 'round-robin', context());
    expect([next(MEMBERS), next(MEMBERS), next(MEMBERS)]).toEqual(MEMBERS);
    expect([next(['w/1']), next(['w/1'])]).toEqual(['w/1', 'w/1']);
    expect(next([...MEMBERS, 'w/3'])).toBe('w/1');
  });
});

describe('least-busy', () => {
  test('the one with the lowest load', () => {
    const loads = { 'w/0': 3, 'w/1': 1, 'w/2': 2 };
    const chooser = new Chooser();
    expect(times(3, () => chooser.choose('w', MEMBERS, 'least-busy', context(loads)))).toEqual(['w/1', 'w/1', 'w/1']);
  });

  test('of equal ones the next in turn, idle or not', () => {
    const chooser = new Chooser();
    const choose = (loads: Record<string, number>) => chooser.choose('w', MEMBERS, 'least-busy', context(loads));
    expect(times(4, () => choose({}))).toEqual(['w/0', 'w/1', 'w/2', 'w/0']);
    expect(times(3, () => choose({ 'w/0': 1, 'w/1': 2, 'w/2': 1 }))).toEqual(['w/2', 'w/0', 'w/2']);
  });
});

describe('random', () => {
  test('comes from the seed, and reaches all of them alike', () => {
    const draw = (seed: number) => {
      const [chooser, one] = [new Chooser(), context({}, seed)];
      return times(3_000, () => chooser.choose('w', MEMBERS, 'random', one));
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const member of MEMBERS) {
      const share = draw(1).filter((chosen) => chosen === member).length;
      expect(share).toBeGreaterThan(900);
      expect(share).toBeLessThan(1_100);
    }
  });

  test('does not change whose turn it is', () => {
    const chooser = new Chooser();
    chooser.choose('w', MEMBERS, 'random', context());
    expect(chooser.choose('w', MEMBERS, 'round-robin', context())).toBe('w/0');
  });
});

test.each(['round-robin', 'least-busy', 'random'] as const)('%s cannot choose of nobody', (policy) => {
  const choose = () => new Chooser().choose('w', [], policy, context());
  expect(choose).toThrow(TroupeError);
  expect(choose).toThrow(expect.objectContaining({ code: 'AGENT_UNKNOWN', message: expect.stringContaining('"w"') }));
});

describe('parseBid', () => {
  test.each<[string, number]>([
    ['12', 12],
    [' 12.5\n', 12.5],
    ['-3', -3],
    ['0', 0],
    ['1e3', 1000],
    ['{ "bid": 12.5 }', 12.5],
    ['{ "bid": "7" }', 7],
    ['{"load": 3, "bid": 9}', 9],
    ['```json\n{ "bid": 4 }\n```', 4],
    ['bid: 12', 12],
    ['Bid = 12', 12],
    ['My bid is **$12.50**.', 12.5],
    ['I have 3 tasks, so my bid is 8', 8],
    ['I can do it for 12.', 12],
    ['I would need 12, I think', 12],
    ['about 1,200 tokens', 1200],
    ['w/7 and agent-8 say 9', 7],
    ['None of my 3 slots is free, bid: 40', 40],
  ])('%j bids %d', (text, bid) => {
    expect(parseBid(text)).toBe(bid);
  });

  test.each([
    '',
    'no bid',
    'No bid: I have 5 tasks',
    'no-bid 3',
    'none',
    'None, I have 3 tasks',
    'I cannot',
    'NaN',
    'Infinity',
    '1e999',
    '{ "bid": null }',
    '{ "bid": null, "load": 3 }',
    '{ "bid": true }',
    '{ "bid": "" }',
    '{ "load": 3 }',
    'null',
    'true',
    '[]',
    'v2',
    '12ms',
    '1.2.3',
    '1,5',
  ])('%j does not bid', (text) => {
    expect(parseBid(text)).toBeUndefined();
  });

  test('every number is read as it was written, and any text gives a finite number or none', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (bid) => {
        expect(parseBid(String(bid))).toBe(Number(String(bid)));
        expect(parseBid(JSON.stringify({ bid }))).toBe(JSON.parse(JSON.stringify(bid)));
        expect(parseBid(`my bid: ${bid}`)).toBe(Number(String(bid)));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const bid = parseBid(text);
        expect(bid === undefined || Number.isFinite(bid)).toBe(true);
      }),
    );
  });

  test.each(['bid ', '1,234', '9', '-', ' ', '1.', 'bid" : ', '1e'])('takes no long time for a lot of %j', (piece) => {
    const text = `${piece.repeat(100_000)}x`;
    const before = performance.now();
    parseBid(text);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe('pickBid', () => {
  const bids = [
    { from: 'a', bid: 2 },
    { from: 'b', bid: 1 },
    { from: 'c', bid: 3 },
    { from: 'd', bid: 1 },
    { from: 'e', bid: 3 },
  ];

  test('the lowest or the highest, of equal ones the first', () => {
    expect([pickBid(bids, 'lowest')?.from, pickBid(bids, 'highest')?.from]).toEqual(['b', 'c']);
  });

  test('none of none', () => {
    expect(pickBid([], 'lowest')).toBeUndefined();
  });
});
