import { expect, test } from 'vitest';
import { untilInterrupted } from '../../src/cli/until-interrupted.ts';

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the wait, and nobody listens any more', async (signal) => {
  const before = ['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name));
  let ended = false;
  const wait = untilInterrupted().then(() => {
    ended = true;
  });
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  process.emit(signal);
  await wait;
  expect(['SIGINT', 'SIGTERM'].map((name) => process.listenerCount(name))).toEqual(before);
});
