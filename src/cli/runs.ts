import { openLmdbStore } from '../memory/lmdb.ts';
import type { RunRecord } from '../protocol.ts';
import { type Column, formatMs, toTable } from './table.ts';

export interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

const COLUMNS: readonly Column<RunRecord>[] = [
  { heading: 'run', value: (run) => run.id },
  { heading: 'scenario', value: (run) => run.scenario },
  { heading: 'status', value: (run) => run.status },
  { heading: 'started', value: (run) => (run.virtual ? 'virtual time' : run.startedAt.slice(0, 19).replace('T', ' ')) },
  { heading: 'seed', value: (run) => String(run.seed) },
  { heading: 'agents', value: (run) => run.agents },
  { heading: 'done', value: (run) => run.summary?.agents.done ?? '' },
  { heading: 'failed', value: (run) => run.summary?.agents.failed ?? '' },
  { heading: 'took', value: (run) => (run.summary === undefined ? '' : formatMs(run.summary.virtualMs)) },
];

/** `troupe runs`: what is in the data directory. @returns The exit status. */
export async function runs(options: DataOptions): Promise<number> {
  const store = await openLmdbStore(options.data, { readOnly: true });
  try {
    const records = await store.runs();
    if (options.json) process.stdout.write(`${JSON.stringify({ runs: records.map(({ source, ...run }) => run) })}\n`);
    else if (records.length === 0) process.stdout.write(`No runs in "${options.data}". "troupe run FILE" makes one.\n`);
    else process.stdout.write(`${toTable(COLUMNS, records).join('\n')}\n`);
  } finally {
    await store.close();
  }
  return 0;
}
