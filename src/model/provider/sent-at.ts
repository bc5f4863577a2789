import type { ResponseHeaders } from './language-model.ts';

/**
 * When an answer was sent by the provider's own clock, to which the times in its headers belong.
 *
 * @param now Milliseconds since the epoch, for an answer that does not say.
 * @returns Milliseconds since the epoch.
 */
export function sentAt(headers: ResponseHeaders, now: number): number {
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? now : date;
}
