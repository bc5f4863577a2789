import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../src/base/clock.ts';
import { TroupeError } from '../../src/base/errors.ts';
import type { ToolCall } from '../../src/protocol.ts';
import { runToolCall } from '../../src/tools/call.ts';
import { createContext, createTool } from './tool-context.ts';

const call = (): ToolCall => ({ id: 'c1', name: 't', args: {} });
const run = (execute: (...args: any[]) => unknown, external = false) =>
  runToolCall(call(), createTool(execute, { external }), createContext());

/** Whatever a tool does, nothing of it may reach the process. */
const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
beforeEach(() => {
  escaped.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(escaped).toEqual([]);
});

/** A promise-like of any behaviour. */
function thenable(then: (yes: (value: unknown) => void, no: (error: unknown) => void) => void): object {
  return { [THEN]: then };
}
const THEN = 'then';
const gotcha = (): never => {
  throw new Error('gotcha');
};

const circle: Record<string, unknown> = {};
circle.self = circle;
const endless: object = thenable((yes) => yes(endless));
const unreadable = Object.defineProperty(new Error(), 'message', {
  get: () => {
    throw new Error('gotcha');
  },
});

const HOSTILE: [string, (...args: any[]) => unknown, RegExp][] = [
  [
    'throws',
    () => {
      throw new Error('boom');
    },
    /^Tool "t" failed: boom$/,
  ],
  ['rejects', () => Promise.reject(new Error('boom')), /^Tool "t" failed: boom$/],
  [
    'rejects later',
    async (_, context) => {
      await context.sleep(5);
      throw new Error('boom');
    },
    /boom/,
  ],
  [
    'throws an error of ours',
    () => {
      throw new TroupeError('AGENT_UNKNOWN', 'Cannot send to "x": no such agent');
    },
    /^Cannot send to "x"/,
  ],
  [
    'throws a string',
    () => {
      throw 'text';
    },
    /text/,
  ],
  [
    'throws undefined',
    () => {
      throw undefined;
    },
    /undefined/,
  ],
  ['throws null', () => Promise.reject(null), /null/],
  [
    'throws an error without a message',
    () => {
      throw new RangeError();
    },
    /RangeError/,
  ],
  [
    'throws an error that cannot be read',
    () => {
      throw unreadable;
    },
    /cannot be read/,
  ],
  [
    'throws an object without a prototype',
    () => {
      throw Object.create(null);
    },
    /failed/,
  ],
  [
    'throws a message of a megabyte',
    () => {
      throw new Error('x'.repeat(1e6));
    },
    /^.{2000}…$/s,
  ],
  ['returns a function', () => () => 1, /function/],
  ['returns a class', () => class {}, /function/],
  ['returns a symbol', () => Symbol('s'), /symbol/],
  ['returns a BigInt inside', () => ({ n: 1n }), /result\.n is a BigInt/],
  ['returns a circle', async () => circle, /circle/],
  [
    'returns a getter that throws',
    () => ({
      get a() {
        throw new Error('gotcha');
      },
    }),
    /gotcha/,
  ],
  ['returns a then that cannot be read', () => Object.defineProperty({}, THEN, { get: gotcha }), /gotcha/],
  ['returns a then that throws', () => thenable(gotcha), /gotcha/],
  ['returns a then that rejects', () => thenable((_, no) => no(new Error('no'))), /no$/],
  ['returns a then that never calls back', () => thenable(() => undefined), /did not finish within 1000 ms/],
  ['returns a promise of itself without end', () => endless, /without end/],
  [
    'returns a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      return proxy;
    },
    /revoked/,
  ],
  ['returns a promise whose then was replaced', () => Object.assign(Promise.resolve(1), thenable(gotcha)), /gotcha/],
  [
    'overflows the stack',
    () => {
      const f = (): unknown => f();
      return f();
    },
    /Maximum call stack/,
  ],
  ['never settles', () => new Promise(() => undefined), /did not finish within 1000 ms/],
  [
    'settles after the deadline',
    (_, context) => new Promise((resolve) => context.clock.setTimer(1_001, () => resolve(1))),
    /within 1000 ms/,
  ],
  [
    'rejects after the deadline',
    (_, context) => new Promise((_resolve, reject) => context.clock.setTimer(1_001, () => reject(new Error('late')))),
    /within 1000 ms/,
  ],
  [
    'aborts its own call',
    (_, context) => {
      context.abort();
      return 1;
    },
    /aborted/,
  ],
  [
    'throws in an abort listener',
    (_, context) => {
      context.onAbort(() => {
        throw new Error('x');
      });
      return new Promise(() => undefined);
    },
    /within 1000 ms/,
  ],
  [
    'drops its sleep',
    (_, context) => {
      void context.sleep(5_000);
      return new Promise(() => undefined);
    },
    /within 1000 ms/,
  ],
  ['is no function', undefined as never, /not a function/],
];

describe('a tool that', () => {
  test.each(HOSTILE)('%s gives an error', async (_, execute, message) => {
    const clock = createVirtualClock();
    const result = await runToolCall(call(), createTool(execute), createContext({ clock }));
    expect(result).toMatchObject({ callId: 'c1', name: 't', isError: true });
    expect((result.content as { error: string }).error).toMatch(message);
    expect(result.serviceMs).toBeGreaterThanOrEqual(0);
    // Let what is late come, and see that it changes nothing.
    await clock.sleep(10_000);
  });

  test.each(
    HOSTILE.filter(([, execute]) => !/clock|sleep/.test(String(execute))),
  )('%s gives an error as an external one too', async (_, execute, message) => {
    const tool = createTool(execute, { external: true, timeoutMs: 50 });
    const result = await runToolCall(call(), tool, createContext());
    expect(result.isError).toBe(true);
    expect((result.content as { error: string }).error).toMatch(
      new RegExp(message.source.replace('1000', '50'), message.flags),
    );
  });

  test('calls back twice counts once', async () => {
    const then = (yes: (v: unknown) => void, no: (e: unknown) => void) => {
      yes(1);
      no(new Error('second'));
      yes(2);
      throw new Error('third');
    };
    expect(await run(() => thenable(then))).toMatchObject({ isError: false, content: 1 });
    expect(await run(() => thenable(then), true)).toMatchObject({ isError: false, content: 1 });
  });

  test('returns a promise of a promise is waited for', async () => {
    const inner = thenable((yes) => yes('in'));
    const outer = thenable((yes) => yes(inner));
    expect((await run(() => outer)).content).toBe('in');
    expect((await run(() => outer, true)).content).toBe('in');
  });
});
