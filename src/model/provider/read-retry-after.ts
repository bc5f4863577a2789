import type { ResponseHeaders } from './language-model.ts';
import { sentAt } from './sent-at.ts';

/** Where Google writes it: in the body, `"retryDelay": "34.07s"`. */
const RETRY_DELAY = /"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d{1,9})?)s"/;

/**
 * How long a provider asks to be left alone, by its `retry-after-ms` or `retry-after` header (seconds, or an HTTP date) or
 * by Google's `retryDelay`.
 *
 * @param body The refusal's.
 * @param now Milliseconds since the epoch, to which a date is held if the answer has no `date` of its own.
 * @returns Milliseconds, any number of them. Undefined: it does not say, or not in a way that can be read.
 */
export function readRetryAfter(headers: ResponseHeaders, body: string, now: number): number | undefined {
  return (
    toDelay(toNumber(headers['retry-after-ms'])) ??
    toDelay(toNumber(headers['retry-after']) * 1_000) ??
    toDelay(Date.parse(headers['retry-after'] ?? '') - sentAt(headers, now)) ??
    toDelay(toNumber(RETRY_DELAY.exec(body)?.[1]) * 1_000)
  );
}

/** `Number` reads an empty text as 0. */
function toNumber(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}

function toDelay(ms: number): number | undefined {
  return ms >= 0 && ms < Number.POSITIVE_INFINITY ? Math.ceil(ms) : undefined;
}
