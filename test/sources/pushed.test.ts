import { expect, test } from 'vitest';
import { SOURCE_PUSHES_WAITING } from '../../src/base/limits.ts';
import { isPushSource } from '../../src/sources/pushed.ts';
import { type BenchOptions, createGate, opened } from './bench.ts';

const open = async (
  spec: { text?: string; user?: string; session?: string; limit?: number } = {},
  options: BenchOptions = {},
) => {
  const { source, ...bench } = await opened({ kind: 'http', ...spec }, { virtual: false, ...options });
  if (!isPushSource(source)) throw new Error('It takes nothing');
  source.start();
  return { ...bench, source };
};

test('offers what is pushed', async () => {
  const { source, items, positions } = await open();
  await source.push({ text: 'hi', data: { a: 1 }, user: 'u', session: 's', id: 'i', trace: 't' });
  await source.push({ data: { a: 1 } });
  expect(items).toEqual([
    { text: 'hi', data: { a: 1 }, user: 'u', session: 's', id: 'i', trace: 't' },
    { text: '{"a":1}', data: { a: 1 } },
  ]);
  expect(positions).toEqual([{ n: 1 }, { n: 2 }]);
});

test('templates see all that is pushed, and win', async () => {
  const { source, items } = await open({ text: '{{ n }} {{ text }} {{ q }} {{ user }}', user: '{{ data.user }}' });
  await source.push({ text: 'hi', data: { q: 'w', user: 'real', text: 'other' }, user: 'claimed', session: 's' });
  expect(items[0]).toMatchObject({ text: '1 hi w claimed', user: 'real', session: 's' });
});

test('one after the other, in their order', async () => {
  const gate = createGate();
  const { source, texts } = await open({}, { offer: gate.offer });
  const done: string[] = [];
  const pushed = ['a', 'b', 'c'].map((text) => source.push({ text }).then(() => done.push(text)));
  expect(texts).toEqual(['a']);
  for (const count of [1, 2, 3]) {
    gate.release();
    await pushed[count - 1];
    expect(done).toEqual(['a', 'b', 'c'].slice(0, count));
  }
});

test('refuses what says nothing', async () => {
  const { source, items } = await open();
  for (const item of [{}, { text: ' ' }, { text: '', data: { a: 1 } }]) {
    await expect(source.push(item)).rejects.toThrow('Cannot push to source "s": it says nothing; give text or data');
  }
  const templated = await open({ text: 'x {{ a }}' });
  await templated.source.push({ data: { a: 1 } });
  await expect(templated.source.push({})).rejects.toThrow('it says nothing');
  expect([items, templated.texts]).toEqual([[], ['x 1']]);
});

test('tells whoever pushed, and the run, that it was not taken', async () => {
  const { source, failures, texts } = await open(
    {},
    { offer: async ({ text }) => (text === 'a' ? Promise.reject(new Error('full')) : undefined) },
  );
  await expect(source.push({ text: 'a' })).rejects.toThrow('Cannot push to source "s": full');
  await source.push({ text: 'b' });
  expect([failures.length, texts]).toEqual([1, ['a', 'b']]);
});

test('has room for so many, and no more', async () => {
  const gate = createGate();
  const { source } = await open({}, { offer: gate.offer });
  const waiting = Array.from({ length: SOURCE_PUSHES_WAITING }, () => source.push({ text: 'x' }).catch(() => {}));
  await expect(source.push({ text: 'y' })).rejects.toMatchObject({ code: 'TOO_MANY' });
  await source.stop();
  await Promise.all(waiting);
});

test('ends at its limit; what waited is refused', async () => {
  const { source, endings } = await open({ limit: 1 });
  const [first, second] = [source.push({ text: 'a' }), source.push({ text: 'b' })];
  await first;
  await expect(second).rejects.toThrow('it has ended');
  await expect(source.push({ text: 'c' })).rejects.toThrow('it has ended');
  expect(endings).toEqual([1]);
});

test('nobody waits after a stop', async () => {
  const gate = createGate();
  const { source, positions } = await open({}, { offer: gate.offer });
  const refused = ['a', 'b'].map((text) => expect(source.push({ text })).rejects.toThrow('it has been stopped'));
  await source.stop();
  await Promise.all(refused);
  gate.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(positions).toEqual([{ n: 1 }]);
});

test('takes nothing before it has begun', async () => {
  const { source } = await opened({ kind: 'http' }, { virtual: false });
  if (!isPushSource(source)) throw new Error('It takes nothing');
  await expect(source.push({ text: 'a' })).rejects.toThrow('it has not begun');
});

test('in a rehearsal nobody pushes', async () => {
  const { source } = await open({}, { virtual: true });
  await source.ended;
  await expect(source.push({ text: 'a' })).rejects.toThrow('it has ended');
});

test('other sources are none', async () => {
  expect(isPushSource((await opened({ kind: 'stdin' })).source)).toBe(false);
});
