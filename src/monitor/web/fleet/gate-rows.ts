import type { ModelView } from '../../../protocol.ts';
import { formatDuration, formatNumber } from '../format.ts';

export interface GateColumn {
  readonly name: string;
  readonly about: string;
  value(model: ModelView): string;
}

interface Column extends GateColumn {
  /** Default: always. */
  isNeeded?(model: ModelView): boolean;
}

const COLUMNS: readonly Column[] = [
  {
    name: 'in flight',
    about: 'Calls in flight, of those there may be at once',
    value: ({ inFlight, concurrency }) =>
      concurrency === undefined ? formatNumber(inFlight) : `${formatNumber(inFlight)}/${formatNumber(concurrency)}`,
  },
  {
    name: 'waiting',
    about: 'Calls that wait for a place, or for their next try',
    value: ({ waiting }) => formatNumber(waiting),
  },
  {
    name: 'wait p50',
    about: 'Half of the calls have waited no longer',
    value: ({ waitMs }) => formatDuration(waitMs.p50),
  },
  {
    name: 'wait p99',
    about: '99 % of the calls have waited no longer',
    value: ({ waitMs }) => formatDuration(waitMs.p99),
  },
  {
    name: '/min',
    about: 'Requests a minute that the provider was found to take',
    value: ({ learnedRpm }) => (learnedRpm === undefined ? '' : formatNumber(learnedRpm)),
    isNeeded: ({ learnedRpm }) => learnedRpm !== undefined,
  },
  {
    name: 'retries',
    about: 'Calls that failed and were made again',
    value: ({ retries }) => formatNumber(retries),
    isNeeded: ({ retries }) => retries > 0,
  },
  {
    name: 'refused',
    about: 'Calls that the provider refused for want of capacity',
    value: ({ throttled }) => formatNumber(throttled),
    isNeeded: ({ throttled }) => throttled > 0,
  },
];

/** A wait that is one: a call that finds a place takes microseconds. */
const WAIT_MS = 1;

/** The models that hold calls up, have done so, or may, and the columns that say something of them. */
export function toGateRows(models: readonly ModelView[]): {
  readonly rows: readonly ModelView[];
  readonly columns: readonly GateColumn[];
} {
  const rows = models.filter(
    ({ state, waiting, waitMs, concurrency, learnedRpm, retries, throttled }) =>
      state !== 'open' ||
      concurrency !== undefined ||
      learnedRpm !== undefined ||
      waitMs.max >= WAIT_MS ||
      waiting + retries + throttled > 0,
  );
  return { rows, columns: COLUMNS.filter(({ isNeeded }) => isNeeded === undefined || rows.some(isNeeded)) };
}

/** `paused, 12 s`; `out`; empty while calls go. @param sinceMs Milliseconds since the model was seen like that. */
export function describeGate({ state, retryInMs = 0 }: ModelView, sinceMs: number): string {
  if (state === 'open') return '';
  const name = state === 'paused' ? 'paused' : 'out';
  const seconds = Math.ceil((retryInMs - sinceMs) / 1_000);
  if (seconds <= 0) return name;
  return `${name}, ${seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000)}`;
}
