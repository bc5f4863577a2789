import { expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { createSecretFilter } from '../../src/base/secret-filter.ts';
import { type Draft, toMessage } from '../../src/supervisor/draft.ts';

const clock = createVirtualClock();
const parts = { clock, run: 'run' };
const draft: Draft = { id: 'm1', from: 'a/0', to: 'b/0', kind: 'tell', body: 'Hello' };

test('a message that answers nothing begins a chain', () => {
  const message = toMessage(parts, draft, undefined);
  expect(message).toMatchObject({ ...draft, at: 0, correlation: 'm1', hops: 0 });
  expect(message.trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(message).not.toHaveProperty('causation');
  expect(message).not.toHaveProperty('expiresAt');
});

test('one that answers another goes on with its chain, its trace and for the same user', () => {
  const cause = { ...toMessage(parts, { ...draft, user: 'ann', session: 's1' }, undefined), hops: 4 };
  const message = toMessage(parts, { ...draft, id: 'm2', cause }, undefined);
  expect(message).toMatchObject({ causation: 'm1', correlation: 'm1', hops: 5, user: 'ann', session: 's1' });
  expect(message.trace.slice(0, 35)).toBe(cause.trace.slice(0, 35));
  expect(message.trace).not.toBe(cause.trace);
  expect(toMessage(parts, { ...draft, cause, user: 'bob' }, undefined).user).toBe('bob');
});

test('has a time to live, and data if its text is an object', async () => {
  await clock.sleep(100);
  const message = toMessage(parts, { ...draft, body: '{"a":1}' }, 50);
  expect(message).toMatchObject({ at: 100, expiresAt: 150, data: { a: 1 } });
  expect(toMessage(parts, { ...draft, data: { b: 2 } }, undefined).data).toEqual({ b: 2 });
});

test('holds no secret, and goes on with a trace from outside', () => {
  const secrets = createSecretFilter({ MY_TOKEN: 'very-secret-1' });
  const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  const message = toMessage({ ...parts, secrets }, { ...draft, body: 'it is very-secret-1', trace }, undefined);
  expect(message).toMatchObject({ body: 'it is [redacted]', trace });
});

test('nothing that a draft says is lost, and what it does not say is not there', () => {
  const extra = {
    topic: 'news',
    answers: { ask: 'q', to: 'c/0' },
    part: { batch: 'b', index: 0, of: 2 },
    parts: [{ from: 'x', body: 'y' }],
    wire: 'ring:a',
    round: 3,
    way: { origin: 'o' },
    user: 'ann',
    session: 's1',
    data: { n: 1 },
  };
  const message = toMessage(parts, { ...draft, ...extra }, undefined);
  const { at, trace } = message;
  expect(message).toStrictEqual({ ...draft, ...extra, at, correlation: 'm1', hops: 0, trace });
  expect(Object.values(toMessage(parts, draft, undefined))).not.toContain(undefined);
});

test('nothing of a draft is lost', () => {
  // Of the type with everything, so that what is added to drafts is added here.
  const whole: Required<Omit<Draft, 'cause' | 'trace'>> = {
    ...draft,
    data: { a: 1 },
    answers: { ask: 'm0', to: 'c/0' },
    part: { batch: 'b', index: 0, of: 2 },
    parts: [],
    wire: 'ring:a',
    round: 2,
    way: { by: 'a/0' },
    topic: 'news',
    user: 'ann',
    session: 's1',
  };
  expect(toMessage(parts, whole, undefined)).toMatchObject(whole);
});
