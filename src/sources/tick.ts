import type { Outlet } from './outlet.ts';
import type { Found } from './render-item.ts';

/**
 * What a source gives that is about nothing but the time.
 *
 * @param epochMs Rounded to milliseconds.
 * @param skipped Ticks before it that were not given; left out if there are none.
 */
export function toTick(outlet: Outlet, epochMs: number, skipped: number): Found {
  const at = Math.round(epochMs);
  const iso = new Date(at).toISOString();
  const n = outlet.next;
  return { text: `${outlet.name} ${n}: ${iso}`, data: { n, at, iso, ...(skipped > 0 && { skipped }) } };
}
