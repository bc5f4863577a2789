import pc from 'picocolors';
import { TroupeError } from '../base/errors.ts';
import { describeMachines } from '../machines.ts';
import { openLmdbStore } from '../memory/lmdb.ts';
import { startMonitor } from '../monitor/start-monitor.ts';
import { readStoredRun } from '../monitor/stored-source.ts';
import { connectMonitor } from './connect-monitor.ts';
import { createDamageList } from './damage-list.ts';
import { findRun } from './find-run.ts';
import type { MonitorAddress } from './monitor-address.ts';
import { formatNumber } from './table.ts';
import { untilInterrupted } from './until-interrupted.ts';
import { VERSION } from './version.ts';

export interface MonitorCommandOptions {
  readonly data: string;
  readonly monitor: MonitorAddress | 'off';
  /** Open a browser. */
  readonly open: boolean;
  readonly json?: boolean;
}

/** `troupe monitor RUN|URL`: the page over a stored run, until Ctrl-C, or that of a running one. @returns The exit status. */
export async function monitor(run: string, options: MonitorCommandOptions): Promise<number> {
  return /^https?:\/\//i.test(run) ? openRunning(run, options) : serveStored(run, options);
}

async function serveStored(name: string, options: MonitorCommandOptions): Promise<number> {
  if (options.monitor === 'off') throw new TroupeError('USAGE', 'Cannot monitor a run with --monitor off');
  const damage = createDamageList();
  const store = await openLmdbStore(options.data, { readOnly: true, onDamage: damage.add });
  try {
    const record = await findRun(store, options.data, name, damage);
    const progress = createReadingProgress();
    const machines = describeMachines();
    const { source, history } = await readStoredRun(store, record, machines, progress, () => damage.all);
    const lost = damage.lines(damage.of(record.id));
    if (lost.length > 0) process.stderr.write(`${lost.join('\n')}\n`);
    const served = await startMonitor(source, history, { ...options.monitor, version: VERSION });
    try {
      const { id, scenario, status } = record;
      const events = history.last;
      if (options.json)
        process.stdout.write(`${JSON.stringify({ run: id, scenario, status, events, url: served.url })}\n`);
      const out = options.json ? process.stderr : process.stdout;
      const interrupted = untilInterrupted();
      out.write(`${pc.bold(scenario)}  run ${id}  ${status}  ${formatNumber(events)} events\n`);
      out.write(`Monitor: ${served.url}\nCtrl-C ends it.\n`);
      if (options.open) await openBrowser(served.url);
      await interrupted;
    } finally {
      await served.close();
    }
  } finally {
    await store.close();
  }
  return 0;
}

/** How far reading is, when it takes long. */
function createReadingProgress(): (read: number, agents: number) => void {
  const { stderr } = process;
  let shown = 0;
  return (read, agents) => {
    const percent = Math.floor((read / agents) * 100);
    if (agents < 1_000 || !stderr.isTTY || percent === shown) return;
    shown = percent;
    stderr.write(read === agents ? '\r\x1b[K' : `\rReading the run: ${percent} %`);
  };
}

async function openRunning(address: string, options: MonitorCommandOptions): Promise<number> {
  const connection = await connectMonitor(address);
  const { run, at } = connection.welcome;
  await connection.close();
  if (options.json) process.stdout.write(`${JSON.stringify({ run, at, url: address })}\n`);
  else
    process.stdout.write(
      `${pc.bold(run.scenario)}  run ${run.id}  ${run.status}  ${formatNumber(run.agents)} agents\n${address}\n`,
    );
  if (options.open) await openBrowser(address);
  return 0;
}

/** Where there is none, the address that was printed has to do. */
async function openBrowser(url: string): Promise<void> {
  const { default: open } = await import('open');
  const child = await open(url).catch(() => undefined);
  child?.once('error', () => {});
}
