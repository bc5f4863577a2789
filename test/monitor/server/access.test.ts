import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../../src/base/clock.ts';
import { Access, type Refusal } from '../../../src/monitor/server/access.ts';
import { createManualClock } from './manual-clock.ts';

const READ = 'read-token-read-token-read-token';
const CONTROL = 'control-token-control-token-1234';
const options = (clock = createVirtualClock()) => ({
  tokens: { read: READ, control: CONTROL },
  hosts: ['127.0.0.1:1', '[::1]:1'],
  cookie: 'troupe-1',
  clock,
});

const request = (headers: IncomingMessage['headers']) => ({ headers }) as IncomingMessage;
const toUrl = (token?: string) =>
  new URL(`http://x/${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`);
const check = (access: Access, token?: string, headers: IncomingMessage['headers'] = {}) =>
  access.check(request(headers), toUrl(token));

describe('origin', () => {
  const access = new Access(options());

  test.each([
    [{ host: '127.0.0.1:1' }],
    [{ host: '[::1]:1', origin: 'http://127.0.0.1:1' }],
    [{ host: '127.0.0.1:1', origin: 'HTTP://127.0.0.1:1' }],
  ])('%j is ours', (headers) => {
    expect(access.checkOrigin(request(headers))).toBeUndefined();
  });

  test.each([
    [{}, 'this host name'],
    [{ host: 'evil.test' }, 'this host name'],
    [{ host: '127.0.0.1:1', origin: 'null' }, 'another site'],
    [{ host: '127.0.0.1:1', origin: '' }, 'another site'],
    [{ host: '127.0.0.1:1', origin: 'https://127.0.0.1:1' }, 'another site'],
  ])('%j is refused', (headers, expected) => {
    expect(access.checkOrigin(request(headers))).toEqual({ status: 403, message: expect.stringContaining(expected) });
  });
});

describe('a token', () => {
  test.each([
    [READ, 'read'],
    [CONTROL, 'control'],
  ])('%s gives the right to %s, wherever it is brought', async (token, right) => {
    const access = new Access(options());
    expect(await check(access, token)).toBe(right);
    expect(await check(access, undefined, { authorization: `Bearer ${token}` })).toBe(right);
    expect(await check(access, undefined, { cookie: `a=1; troupe-1=${token}` })).toBe(right);
    expect(access.rightOf(token)).toBe(right);
  });

  test('to control gives nothing where there is none', async () => {
    const access = new Access({ ...options(), tokens: { read: READ } });
    expect(access.rightOf(CONTROL)).toBeUndefined();
    expect(await check(access, CONTROL)).toMatchObject({ status: 401 });
    for (const token of ['', 'undefined', 'null']) expect(access.rightOf(token)).toBeUndefined();
  });

  test('that is missing is answered at once, however often', async () => {
    const clock = createManualClock();
    const access = new Access(options(clock));
    for (let i = 0; i < 50; i++) {
      expect(await check(access)).toEqual({ status: 401, message: expect.stringContaining('A token is missing') });
    }
    expect(clock.isIdle).toBe(true);
  });

  test('that is wrong waits from the sixth time on, each time twice as long, up to 30 s', async () => {
    const clock = createVirtualClock();
    const access = new Access(options(clock));
    const waits: number[] = [];
    for (let i = 0; i < 13; i++) {
      const before = clock.elapsed();
      expect(await check(access, `wrong-${i}`)).toMatchObject({ status: 401 });
      waits.push((clock.elapsed() - before) / 1_000);
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30, 30]);
  });

  test('that is right never waits, whoever guesses meanwhile, and is the end of the others’ waits', async () => {
    const clock = createManualClock();
    const access = new Access(options(clock));
    for (let i = 0; i < 5; i++) await check(access, 'wrong');
    const slowed = check(access, 'wrong');
    let answered = false;
    void slowed.then(() => {
      answered = true;
    });
    for (let i = 0; i < 100; i++) expect(await check(access, READ)).toBe('read');
    expect(answered).toBe(false);
    expect(await check(access, 'wrong again')).toMatchObject({ status: 401 });
    clock.advance(999);
    await Promise.resolve();
    expect(answered).toBe(false);
    clock.advance(1);
    expect(await slowed).toMatchObject({ status: 401 });
  });

  test('that is wrong gets no place to wait behind 32 others, and those are given back', async () => {
    const clock = createManualClock();
    const access = new Access(options(clock));
    for (let i = 0; i < 5; i++) await check(access, 'wrong');
    const waiting = Array.from({ length: 32 }, () => check(access, 'wrong'));
    expect(await check(access, 'wrong')).toEqual({ status: 429, message: 'Too many wrong tokens' });
    expect(await check(access, READ)).toBe('read');
    clock.advance(30_000);
    const answers = (await Promise.all(waiting)) as Refusal[];
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(await check(access, 'wrong')).toMatchObject({ status: 401 });
    expect(clock.isIdle).toBe(true);
  });
});
