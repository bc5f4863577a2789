import { type Clock, createRealClock } from '../base/clock.ts';
import { MONITOR_PORT } from '../base/monitor-limits.ts';
import { drawToken } from '../base/random.ts';
import { createRedactor } from '../base/redact.ts';
import type { RunSummary } from '../protocol.ts';
import type { History } from './history/history.ts';
import { Hub } from './hub.ts';
import { type Assets, openAssets } from './server/assets.ts';
import type { ObserveDesk } from './server/observe.ts';
import { openServer } from './server/server.ts';
import type { MonitorSource } from './source.ts';

export interface MonitorOptions {
  /** The first port tried; when it is taken, the next ones are. 0: any. Default 4600. */
  readonly port?: number;
  /** The address it listens on. Default `127.0.0.1`: this machine alone. */
  readonly host?: string;
  /** True: who has `controlUrl` may send commands. Default false: nobody may. */
  readonly control?: boolean;
  /** Troupe's version, told to clients. */
  readonly version?: string;
  /** The page's files. Default: those that were built. */
  readonly assets?: Assets;
}

/** A monitor that is being served. */
export interface Monitor {
  /** The page, with the token that lets one in to look. */
  readonly url: string;
  /** The page with the token that lets one in to send commands too; only with `control`. */
  readonly controlUrl?: string;
  /** The run's numbers are there: clients are told, and what was live is now to be looked back on. */
  finish(summary: RunSummary): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Serves the page, `/ws` and `/inspect` over a run.
 *
 * @param history Has every event of a live run from its first one on, before the monitor hears of it.
 * @throws {TroupeError} `MONITOR_UNAVAILABLE` if no port can be had.
 */
export async function startMonitor(
  source: MonitorSource,
  history: History,
  options: MonitorOptions = {},
): Promise<Monitor> {
  const clock = createRealClock();
  // At once: it must not miss an event.
  const hub = new Hub(source, history, { clock, version: options.version ?? '' });
  const desk = await openDesk(source, clock);
  const read = drawToken();
  const control = options.control ? drawToken() : undefined;
  const server = await openServer({
    tokens: { read, ...(control !== undefined && { control }) },
    ...(options.host !== undefined && { host: options.host }),
    port: options.port ?? MONITOR_PORT,
    assets: options.assets ?? openAssets(),
    clock,
    sockets: { '/ws': (socket, right, url) => hub.connect(socket, right, url, desk), '/inspect': hub.inspect },
    ...(desk && { observe: desk.answer }),
  }).catch((error) => {
    hub.stop();
    desk?.stop();
    throw error;
  });
  const base = `http://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}/`;
  return {
    url: `${base}?token=${read}`,
    ...(control !== undefined && { controlUrl: `${base}?token=${control}` }),
    finish: (summary) => hub.finish(summary),
    async close() {
      hub.stop();
      desk?.stop();
      await server.close();
      clock.stop();
    },
  };
}

/** Loaded only for a run into which something can be pushed. */
async function openDesk({ live }: MonitorSource, clock: Clock): Promise<ObserveDesk | undefined> {
  const observing = live?.observations;
  if (live === undefined || observing === undefined) return undefined;
  const { ObserveDesk: Desk } = await import('./server/observe.ts');
  const redact = createRedactor();
  return new Desk({ observing, clock, encode: (value) => redact(JSON.stringify(value)), watch: live.watch });
}
