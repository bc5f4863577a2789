import type { EverySourceSpec } from '../protocol.ts';
import type { Outlet } from './outlet.ts';
import { createPulledSource } from './pulled-source.ts';
import type { Source } from './source.ts';
import { toTick } from './tick.ts';

/**
 * An item every so often, the first after one interval; how long an offer takes moves none of them.
 *
 * A tick that falls into an offer that waits is skipped, as is one for which the process was late; the next item has their
 * number as `skipped`.
 */
export function createEvery(outlet: Outlet, { everyMs }: EverySourceSpec): Source {
  const { clock } = outlet.options;
  return createPulledSource(outlet, async () => {
    const begin = clock.elapsed();
    const ticks = (): number => Math.floor((clock.elapsed() - begin) / everyMs);
    let given = 0;
    let passed = 0;
    while (!outlet.isOver) {
      const coming = passed + 1;
      await outlet.sleep(begin + coming * everyMs - clock.elapsed());
      if (outlet.isOver) return;
      const tick = Math.max(coming, ticks());
      await outlet.give(toTick(outlet, clock.now(), tick - given - 1));
      given = tick;
      passed = Math.max(tick, ticks());
    }
  });
}
