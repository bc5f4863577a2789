import { expect, test } from 'vitest';
import { createInMemoryStore } from '../../src/memory/in-memory.ts';
import { LetterBox, readLetters } from '../../src/supervisor/letter-box.ts';
import { toMessage } from '../messages.ts';

const letter = (id: string) => ({
  message: toMessage({ id, from: 'a/0', to: 'b/0' }),
  reason: 'expired' as const,
  at: 5,
});

test('letters are kept in memory until they are taken, and are there in a later life', async () => {
  const store = createInMemoryStore();
  const failures: unknown[] = [];
  const env = { run: 'run', store, storeFailed: (error: unknown) => failures.push(error) };
  const box = new LetterBox(env, []);
  box.add(letter('m1'));
  box.add(letter('m2'));
  box.add(letter('m3'));
  expect(box.take('m2')).toEqual(letter('m2'));
  expect(box.take('m2')).toBeUndefined();
  await store.flush();
  const before = await readLetters(store, 'run');
  expect(before.map(({ message }) => message.id)).toEqual(['m1', 'm3']);
  const later = new LetterBox(env, before);
  expect(later.list()).toEqual([letter('m1'), letter('m3')]);
  expect(failures).toEqual([]);
});
