import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Wait, WaitGraph } from '../../src/messaging/wait-graph.ts';

const wait = (from: string, to: string, at = 0): Wait => ({ id: `${from}>${to}`, from, to, at });

function graph(...edges: readonly string[]): WaitGraph {
  const waits = new WaitGraph();
  for (const edge of edges) expect(waits.add(wait(edge[0]!, edge[1]!))).toBeUndefined();
  return waits;
}

const ids = (waits: readonly Wait[]) => waits.map(({ id }) => id);

test('who asks itself waits for itself', () => {
  const waits = graph();
  expect(waits.add(wait('a', 'a'))).toEqual(['a']);
  expect([waits.size, waits.all()]).toEqual([0, []]);
});

test('the ask that closes a cycle is not added, and the cycle is told from who asks', () => {
  const waits = graph('ab', 'bc', 'cd');
  expect(waits.add(wait('d', 'a'))).toEqual(['d', 'a', 'b', 'c']);
  expect(waits.add(wait('b', 'a'))).toEqual(['b', 'a']);
  expect(ids(waits.all())).toEqual(['a>b', 'b>c', 'c>d']);
});

test('of several cycles the shortest is told', () => {
  expect(graph('ab', 'bc', 'cd', 'ad').add(wait('d', 'a'))).toEqual(['d', 'a']);
  expect(graph('ab', 'bc', 'ce', 'ax', 'xe').add(wait('e', 'a'))).toEqual(['e', 'a', 'x']);
});

test('that two wait for the same one is no cycle', () => {
  const waits = graph('ab', 'ac', 'bd', 'cd');
  expect(waits.add(wait('a', 'd'))).toBeUndefined();
  expect(waits.size).toBe(5);
});

test('an answer breaks the way', () => {
  const waits = graph('ab', 'bc');
  expect(waits.remove('b>c')).toEqual(wait('b', 'c'));
  expect(waits.add(wait('c', 'a'))).toBeUndefined();
  expect(ids(waits.all())).toEqual(['a>b', 'c>a']);
});

test('an agent that has asked another one twice waits until both are answered', () => {
  const waits = graph('ab');
  waits.add({ id: 'second', from: 'a', to: 'b', at: 5 });
  waits.remove('a>b');
  expect(waits.add(wait('b', 'a'))).toEqual(['b', 'a']);
  waits.remove('second');
  expect(waits.add(wait('b', 'a'))).toBeUndefined();
});

test('an ask is added once, and removed once', () => {
  const waits = graph('ab');
  expect(waits.add({ id: 'a>b', from: 'c', to: 'd', at: 9 })).toBeUndefined();
  expect([waits.size, waits.of('c')]).toEqual([1, []]);
  expect([waits.remove('a>b')?.id, waits.remove('a>b'), waits.size]).toEqual(['a>b', undefined, 0]);
});

test('what an agent waits for, oldest first', () => {
  const waits = graph('ac', 'bc', 'ab');
  expect(ids(waits.of('a'))).toEqual(['a>c', 'a>b']);
  expect([waits.of('c'), waits.of('nobody')]).toEqual([[], []]);
});

test('an agent that ends neither waits nor is waited for', () => {
  const waits = graph('ab', 'bc', 'bd', 'cd');
  expect(ids(waits.removeAgent('b'))).toEqual(['b>c', 'b>d', 'a>b']);
  expect(ids(waits.all())).toEqual(['c>d']);
  expect([waits.removeAgent('b'), waits.of('a')]).toEqual([[], []]);
  expect(waits.add(wait('d', 'a'))).toBeUndefined();
});

test('ten thousand answers that one waits for, and a chain of ten thousand from its end', () => {
  const waits = new WaitGraph();
  for (let n = 0; n < 10_000; n++) waits.add(wait('boss', `w/${n}`));
  for (let n = 0; n < 10_000; n++) waits.remove(`boss>w/${n}`);
  for (let n = 10_000; n > 0; n--) waits.add(wait(`c/${n - 1}`, `c/${n}`));
  expect(waits.add(wait('c/10000', 'c/0'))).toHaveLength(10_001);
});

test('a cycle is told if, and only if, there is a way back, and is one', () => {
  const edge = fc.record({ from: fc.nat(6), to: fc.nat(6), remove: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 60 }), (edges) => {
      const waits = new WaitGraph();
      let kept: Wait[] = [];
      for (const [n, { from, to, remove }] of edges.entries()) {
        if (remove === 0 && kept.length > 0) {
          const gone = kept[n % kept.length]!;
          kept = kept.filter((one) => one !== gone);
          expect(waits.remove(gone.id)).toBe(gone);
        }
        const added = { id: String(n), from: `${from}`, to: `${to}`, at: n };
        const reached = new Set([added.to]);
        for (const agent of reached) for (const one of kept) if (one.from === agent) reached.add(one.to);
        const cycle = waits.add(added);
        expect(cycle !== undefined).toBe(reached.has(added.from));
        if (cycle === undefined) kept.push(added);
        else {
          const closed = [...cycle.slice(1), cycle[0]!];
          cycle.forEach((agent, i) => {
            expect([added, ...kept].some((one) => one.from === agent && one.to === closed[i])).toBe(true);
          });
          expect(new Set(cycle).size).toBe(cycle.length);
        }
      }
      expect(waits.all()).toEqual(kept);
    }),
  );
});
