import { z } from 'zod';
import { toBytes } from '../base/size.ts';
import type { Json, Latency } from '../protocol.ts';
import { toFound } from './text/problems.ts';

const DURATION = /^\d{1,9}(\.\d{1,6})?(ms|s|m|h)$/;
const RANGE = /^\d{1,9}(\.\d{1,6})?(ms|s|m|h)\.\.\d{1,9}(\.\d{1,6})?(ms|s|m|h)$/;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
/** Names appear in agent ids, in paths with dots, and in what providers allow for tools. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const NAME_EXPECTED = 'a name of letters, digits, "-" and "_", at most 64 long, not starting with a digit or "-"';

function toMs(text: string): number {
  const unit = text.replace(/^[\d.]+/, '');
  // To whole microseconds: 0.1s is 100 ms and not 100.00000000000001.
  return Math.round(Number.parseFloat(text) * (UNIT_MS[unit] ?? 1) * 1_000) / 1_000;
}

/** For what zod cannot name by itself. */
export const expected = (what: string) => (issue: { readonly input?: unknown }) =>
  `expected ${what}, found ${toFound(issue.input)}`;

/** A plain number is refused, since nobody reading the file can tell its unit. */
const expectedDuration = (what: string) => (issue: { readonly input?: unknown }) =>
  `${expected(what)(issue)}${typeof issue.input === 'number' ? `; write "${issue.input}ms"` : ''}`;

/** Making a schema takes about 50 us a method call before V8 has warmed up: what is used often is made once. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const anyDuration = once(() => {
  const error = expectedDuration('a duration such as "200ms", "5s", "2m" or "1h"');
  return z.string({ error }).regex(DURATION, { error }).transform(toMs);
});
const someDuration = once(() => anyDuration().refine((ms) => ms > 0, { error: 'expected more than 0ms' }));
export const duration = (description: string) => anyDuration().meta({ description });
export const positiveDuration = (description: string) => someDuration().meta({ description });

export const size = (description: string) =>
  z
    .string({ error: expected('a size such as "500MB" or "2GB"') })
    .refine((text) => toBytes(text) !== undefined, { error: expected('a size such as "500MB" or "2GB"') })
    .transform((text) => toBytes(text) ?? 0)
    .meta({ description, pattern: '^\\d{1,15}(\\.\\d{1,6})? ?([bB]|[bB]ytes|[kK][bB]|[mM][bB]|[gG][bB]|[tT][bB])$' });

/** `200ms..10s`, the first not above the second. */
export const durationRange = (description: string) => {
  const error = expected('a range of durations such as "200ms..10s"');
  return z
    .string({ error })
    .regex(RANGE, { error })
    .transform((range) => {
      const [minMs = 0, maxMs = 0] = range.split('..').map(toMs);
      return { minMs, maxMs };
    })
    .refine(({ minMs, maxMs }) => maxMs >= minMs, { error: 'expected the second to be at least the first' })
    .meta({ description });
};

export const text = (description: string) => z.string().meta({ description });
export const count = (description: string, min: number, max = Number.MAX_SAFE_INTEGER) =>
  z.int().min(min).max(max).meta({ description });
export const rate = (description: string) => z.number().min(0).max(1).default(0).meta({ description });
export const path = (description: string) =>
  z
    .string({ error: expected('a path') })
    .min(1, { error: expected('a path') })
    .meta({ description });
export const name = once(() => z.string().regex(NAME, { error: expected(NAME_EXPECTED) }));
export const extension = (description: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}$/, { error: expected('an extension without a dot, such as md') })
    .meta({ description });
/** Any value: what comes out of a file is JSON already. */
export const json = (description: string) => z.custom<Json>().meta({ description });
export const jsonObject = (description: string) => z.record(z.string(), z.custom<Json>()).meta({ description });

const anyLatency = once(() =>
  z.union(
    [
      duration('Always this long.').transform((ms): Latency => ({ kind: 'constant', ms })),
      z
        .strictObject({ min: duration('Shortest.'), max: duration('Longest.') })
        .refine(({ min, max }) => max >= min, { path: ['max'], error: 'expected max to be at least min' })
        .transform(({ min, max }): Latency => ({ kind: 'uniform', minMs: min, maxMs: max }))
        .meta({ description: 'Uniform between two durations.' }),
      z
        .strictObject({
          median: positiveDuration('Half of the times are shorter.'),
          p95: duration('One time in twenty is longer.'),
        })
        .refine(({ median, p95 }) => p95 >= median, {
          path: ['p95'],
          error: 'expected p95 to be at least the median',
        })
        .transform(({ median, p95 }): Latency => ({ kind: 'log-normal', medianMs: median, p95Ms: p95 }))
        .meta({ description: 'Log-normal, the usual shape of a model or a network.' }),
    ],
    { error: expectedDuration('a duration such as "200ms", { min, max } or { median, p95 }') },
  ),
);
export const latency = (description: string) => anyLatency().meta({ description });
