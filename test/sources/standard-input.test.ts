import { PassThrough, Readable } from 'node:stream';
import { expect, test, vi } from 'vitest';
import { createGate, opened } from './bench.ts';

const flush = () => new Promise((resolve) => setImmediate(resolve));

test('each line until the end, with the last that has none', async () => {
  const input = Readable.from([Buffer.from('a\r\n\nü'), Buffer.from('b\n{"k":1}\nla'), 'st']);
  const { source, items, texts, endings } = await opened({ kind: 'stdin' }, { input, virtual: false });
  source.start();
  await source.ended;
  expect(texts).toEqual(['a', 'üb', '{"k":1}', 'last']);
  expect(items[2]).toEqual({ text: '{"k":1}', data: { line: '{"k":1}', n: 3, k: 1 } });
  expect(endings).toEqual([4]);
});

test('in a rehearsal there is none, unless it is given', async () => {
  const none = await opened({ kind: 'stdin' });
  none.source.start();
  await none.source.ended;
  expect([none.items, none.endings]).toEqual([[], [0]]);
  const given = await opened({ kind: 'stdin' }, { input: Readable.from(['a\nb\n']) });
  given.source.start();
  await given.source.ended;
  expect(given.texts).toEqual(['a', 'b']);
});

test('virtual time waits for what is given', async () => {
  const input = new PassThrough();
  const { source, texts, clock } = await opened({ kind: 'stdin' }, { input });
  let passed = false;
  clock.setTimer(5, () => (passed = true));
  source.start();
  await flush();
  await flush();
  expect(passed).toBe(false);
  input.end('a\n');
  await source.ended;
  expect(texts).toEqual(['a']);
  await clock.sleep(6);
  expect(passed).toBe(true);
});

test('the stream stands still while a line is offered', async () => {
  const gate = createGate();
  const input = new PassThrough({ highWaterMark: 10 });
  const { source, texts } = await opened({ kind: 'stdin' }, { input, virtual: false, offer: gate.offer });
  source.start();
  input.write('a\n');
  await vi.waitFor(() => expect(texts).toEqual(['a']));
  expect(input.isPaused()).toBe(true);
  for (let i = 0; i < 30; i++) input.write('bbbb\n');
  await flush();
  expect(input.readableLength + input.writableLength).toBeGreaterThanOrEqual(150);
  gate.release();
  await vi.waitFor(() => expect(texts).toEqual(['a', 'bbbb']));
});

test('stops while it waits, and leaves the stream paused and without listeners', async () => {
  const input = new PassThrough();
  const { source, texts, endings } = await opened({ kind: 'stdin' }, { input, virtual: false });
  source.start();
  await flush();
  await source.stop();
  await source.stop();
  input.write('a\n');
  await flush();
  input.emit('error', new Error('heard by somebody'));
  expect([texts, endings, input.listenerCount('data'), input.isPaused(), input.destroyed]).toEqual([
    [],
    [],
    0,
    true,
    false,
  ]);
});

test('ends at its limit, and leaves the rest', async () => {
  const input = Readable.from(['a\nb\nc\n']);
  const { source, texts } = await opened({ kind: 'stdin', limit: 2 }, { input, virtual: false });
  source.start();
  await source.ended;
  expect(texts).toEqual(['a', 'b']);
});

test('a stream that breaks is told, after what it gave', async () => {
  const input = new PassThrough();
  const { source, texts, failures } = await opened({ kind: 'stdin' }, { input, virtual: false });
  source.start();
  input.write('a\n');
  await vi.waitFor(() => expect(texts).toEqual(['a']));
  input.destroy(new Error('broken'));
  await source.ended;
  expect(failures.map(({ message }) => message)).toEqual(['Cannot read standard input: broken; it has ended']);
});

test('a stream that had ended before has nothing', async () => {
  const input = Readable.from([]);
  input.resume();
  await new Promise((resolve) => input.on('end', resolve));
  const { source, endings } = await opened({ kind: 'stdin' }, { input, virtual: false });
  source.start();
  await source.ended;
  expect(endings).toEqual([0]);
});
