import { compileCron, type Schedule } from '../base/cron.ts';
import { SOURCE_CRON_LOOK_MS, SOURCE_MISSED_MAX } from '../base/limits.ts';
import type { CronSourceSpec } from '../protocol.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import type { Source } from './source.ts';
import { toTick } from './tick.ts';

/**
 * An item at each time of a schedule.
 *
 * Times that fall into an offer that waits are skipped, and the next item has their number as `skipped`. Those that passed
 * while nobody ran are told once, and not made up for. A schedule that never comes again ends the source.
 *
 * @throws {TroupeError} `SCENARIO_INVALID` if the schedule cannot be read.
 */
export function createCron(outlet: Outlet, { cron, timezone }: CronSourceSpec): Source {
  const { clock, position } = outlet.options;
  const schedule = compileCron(cron, timezone);
  return createPulledSource(outlet, async () => {
    let last = clock.now();
    if (typeof position?.at === 'number') tellMissed(outlet, schedule, position.at);
    outlet.keep({ at: last });
    let skipped = 0;
    while (!outlet.isOver) {
      const due = schedule.after(last);
      if (due === undefined) return outlet.end();
      await waitUntil(outlet, due);
      if (outlet.isOver) return;
      await outlet.give(toTick(outlet, due, skipped), () => ({ at: Math.max(due, clock.now()) }));
      last = Math.max(due, clock.now());
      skipped = countTimes(schedule, due, last);
    }
  });
}

/** A clock that was set, and a computer that slept, are noticed in between; in virtual time there is neither. */
async function waitUntil(outlet: Outlet, epochMs: number): Promise<void> {
  const { clock, virtual } = outlet.options;
  const longest = virtual ? Number.POSITIVE_INFINITY : SOURCE_CRON_LOOK_MS;
  for (let left = epochMs - clock.now(); left > 0 && !outlet.isOver; left = epochMs - clock.now()) {
    await outlet.sleep(Math.min(Math.ceil(left), longest));
  }
}

function tellMissed(outlet: Outlet, schedule: Schedule, since: number): void {
  const count = countTimes(schedule, since, outlet.options.clock.now());
  if (count === 0) return;
  const times = count === 1 ? 'one time' : `${count}${count === SOURCE_MISSED_MAX ? ' or more' : ''} times`;
  const when = new Date(since).toISOString();
  outlet.warn(`Cannot make up for ${times} of source "${outlet.name}": nobody ran since ${when}; it goes on from now`);
}

/** After `from` up to and with `to`; at most `SOURCE_MISSED_MAX`. */
function countTimes(schedule: Schedule, from: number, to: number): number {
  let count = 0;
  for (let due = schedule.after(from); due !== undefined && due <= to; due = schedule.after(due)) {
    if (++count === SOURCE_MISSED_MAX) break;
  }
  return count;
}
