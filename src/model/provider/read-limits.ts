import type { ProviderLimit, ProviderLimits } from '../model.ts';
import type { ResponseHeaders } from './language-model.ts';
import { sentAt } from './sent-at.ts';

/** Longer ones are no number, duration or time. */
const VALUE_MAX_CHARS = 200;
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const RFC_3339 = /^\d{4}-\d\d-\d\dT/;
/** A reset in seconds that is more than a year away is a time since the epoch, in one of several units. */
const RESET_MAX_MS = 366 * 24 * 60 * 60_000;

/**
 * What an answer's headers say of how much the provider may be asked: OpenAI's `x-ratelimit-...` (which others use too),
 * Anthropic's `anthropic-ratelimit-...`, and the IETF's `ratelimit` with `ratelimit-policy` or `ratelimit-...`.
 *
 * Contract: never throws; what cannot be read counts as not said.
 *
 * @param now Milliseconds since the epoch, for times in answers that have no `date`.
 * @returns Undefined: nothing.
 */
export function readLimits(headers: ResponseHeaders, now: number): ProviderLimits | undefined {
  const sent = sentAt(headers, now);
  const requests =
    readFamily(headers, (what) => `x-ratelimit-${what}-requests`, sent) ??
    readFamily(headers, (what) => `anthropic-ratelimit-requests-${what}`, sent) ??
    readFamily(headers, (what) => `ratelimit-${what}`, sent) ??
    readStructured(headers);
  const tokens =
    readFamily(headers, (what) => `x-ratelimit-${what}-tokens`, sent) ??
    readFamily(headers, (what) => `anthropic-ratelimit-tokens-${what}`, sent) ??
    // Of two limits the one that is nearer to its end will be the first to refuse.
    nearer(
      readFamily(headers, (what) => `anthropic-ratelimit-input-tokens-${what}`, sent),
      readFamily(headers, (what) => `anthropic-ratelimit-output-tokens-${what}`, sent),
    );
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests !== undefined && { requests }), ...(tokens !== undefined && { tokens }) };
}

function readFamily(
  headers: ResponseHeaders,
  nameOf: (what: 'limit' | 'remaining' | 'reset') => string,
  sent: number,
): ProviderLimit | undefined {
  return toLimit(
    toCount(headers[nameOf('limit')]),
    toCount(headers[nameOf('remaining')]),
    toDelay(headers[nameOf('reset')], sent),
  );
}

/** `limit=100, remaining=50, reset=5` as in early drafts, `"default";r=50;t=5` as in late ones, with a policy beside it. */
function readStructured(headers: ResponseHeaders): ProviderLimit | undefined {
  const state = cut(headers.ratelimit);
  if (state === undefined) return undefined;
  const policy = cut(headers['ratelimit-policy']) ?? '';
  const limit = /\blimit=(\d+)/.exec(state)?.[1] ?? /\bq=(\d+)/.exec(policy)?.[1] ?? /^\s*(\d+)\s*;/.exec(policy)?.[1];
  return toLimit(
    toCount(limit),
    toCount(/\b(?:remaining|r)=(\d+)/.exec(state)?.[1]),
    toDelay(/\b(?:reset|t)=(\d+)/.exec(state)?.[1], 0),
  );
}

function nearer(one: ProviderLimit | undefined, other: ProviderLimit | undefined): ProviderLimit | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const left = ({ remaining = Number.POSITIVE_INFINITY, limit = 1 }: ProviderLimit): number => remaining / limit;
  return left(other) < left(one) ? other : one;
}

function toLimit(limit?: number, remaining?: number, resetMs?: number): ProviderLimit | undefined {
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined;
  return {
    ...(limit !== undefined && { limit }),
    ...(remaining !== undefined && { remaining }),
    ...(resetMs !== undefined && { resetMs }),
  };
}

function cut(text: string | undefined): string | undefined {
  // Whoever has written the package may have put anything here.
  return typeof text !== 'string' || text.length > VALUE_MAX_CHARS ? undefined : text.trim();
}

function toCount(text: string | undefined): number | undefined {
  const digits = cut(text);
  if (digits === undefined || !/^\d{1,15}$/.test(digits)) return undefined;
  return Number(digits);
}

/** Of `6m0s`, `12ms`, `30` (seconds) or `2026-01-01T00:00:00Z`. */
function toDelay(text: string | undefined, sent: number): number | undefined {
  const value = cut(text);
  if (value === undefined || value === '') return undefined;
  const ms = RFC_3339.test(value) ? Date.parse(value) - sent : toMs(value);
  // A time just past is one that has come.
  return ms !== undefined && ms <= RESET_MAX_MS ? Math.max(0, Math.round(ms)) : undefined;
}

function toMs(duration: string): number | undefined {
  if (/^\d{1,15}(?:\.\d{1,9})?$/.test(duration)) return Number(duration) * 1_000;
  const parts = DURATION.exec(duration);
  if (parts === null) return undefined;
  const [days, hours, minutes, seconds, ms] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60_000 + (seconds ?? 0) * 1_000 + (ms ?? 0);
}
