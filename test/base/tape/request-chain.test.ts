import { expect, test } from 'vitest';
import { RequestChain } from '../../../src/base/tape/request-chain.ts';
import type { RequestPart } from '../../../src/base/tape.ts';

const partsOf = (text: string): RequestPart[] => [...text].map((as) => ({ as, digests: [], head: '' }));
const textOf = (chain: RequestChain): string =>
  chain
    .toParts()
    .map(({ as }) => as)
    .join('');

test('a request has what it goes on from, and what is new', () => {
  const first = new RequestChain(undefined, 0, partsOf('abc'));
  const grown = new RequestChain(first, 3, partsOf('de'));
  const same = new RequestChain(grown, 5, []);
  const cut = new RequestChain(same, 2, partsOf('xy'));
  const again = new RequestChain(cut, 3, partsOf('z'));
  const anew = new RequestChain(again, 0, partsOf('q'));
  expect([first, grown, same, cut, again, anew].map(textOf)).toEqual(['abc', 'abcde', 'abcde', 'abxy', 'abxz', 'q']);
  expect([grown.length, cut.length, anew.length]).toEqual([5, 4, 1]);
});

test('a conversation of ten thousand steps is no deep one', () => {
  let chain = new RequestChain(undefined, 0, partsOf('a'));
  for (let step = 1; step < 10_000; step++) chain = new RequestChain(chain, step, partsOf('b'));
  expect(textOf(chain)).toBe(`a${'b'.repeat(9_999)}`);
});
