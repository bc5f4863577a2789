import type { Run } from './conduct.ts';
import { describeMachines } from './machines.ts';
import { History } from './monitor/history/history.ts';
import { type Monitor, type MonitorOptions, startMonitor } from './monitor/start-monitor.ts';

export type { Monitor, MonitorOptions };

/**
 * Serves the monitor over a run under way: the page, `/ws` and `/inspect`, on this machine alone unless told otherwise.
 *
 * @param history Has every event from the first on. Default: one that begins now, so call this as soon as `startRun` has
 * resolved.
 * @throws {TroupeError} `MONITOR_UNAVAILABLE` if no port can be had; the run is not touched.
 */
export async function monitorRun(run: Run, options: MonitorOptions = {}, history?: History): Promise<Monitor> {
  const { record, scenario, specs, journal } = run;
  const source = { record, scenario, specs, journal, machines: describeMachines(), live: run };
  if (history !== undefined) return startMonitor(source, history, options);
  const own = new History(run.specs, run.ended);
  const forget = run.subscribe(own.append);
  try {
    const monitor = await startMonitor(source, own, options);
    return { ...monitor, close: () => monitor.close().finally(forget) };
  } catch (error) {
    forget();
    throw error;
  }
}
