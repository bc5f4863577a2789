import { TroupeError } from '../base/errors.ts';
import { formatBytes } from '../base/size.ts';
import { openLmdbStore } from '../memory/lmdb.ts';
import type { RunRecord } from '../protocol.ts';
import { createDamageList } from './damage-list.ts';
import { toDataOption } from './data-option.ts';
import type { PruneOptions } from './prune.ts';
import { type Column, formatMs, toTable } from './table.ts';

export interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

export interface RunsOptions extends PruneOptions {
  /** Removes what is beyond the limits instead of listing. */
  readonly prune?: boolean;
}

/** A run with what it takes on disk. `record` is undefined if it is damaged. */
interface Row {
  readonly id: string;
  readonly record: RunRecord | undefined;
  readonly bytes: number;
}

const PRUNE_OPTIONS = [
  ['keepRuns', '--keep-runs'],
  ['keepDays', '--keep-days'],
  ['keepBytes', '--keep-bytes'],
  ['scenario', '--scenario'],
  ['all', '--all'],
  ['dryRun', '--dry-run'],
] as const satisfies readonly (readonly [keyof PruneOptions, string])[];

const COLUMNS: readonly Column<Row>[] = [
  { heading: 'run', value: ({ id }) => id },
  { heading: 'scenario', value: ({ record }) => record?.scenario ?? '' },
  { heading: 'status', value: ({ record }) => record?.status ?? 'damaged' },
  { heading: 'started', value: ({ record }) => (record === undefined ? '' : toStart(record)) },
  { heading: 'seed', value: ({ record }) => String(record?.seed ?? '') },
  { heading: 'agents', value: ({ record }) => record?.agents ?? '' },
  { heading: 'done', value: ({ record }) => record?.summary?.agents.done ?? '' },
  { heading: 'failed', value: ({ record }) => record?.summary?.agents.failed ?? '' },
  {
    heading: 'took',
    value: ({ record }) => (record?.summary === undefined ? '' : formatMs(record.summary.virtualMs)),
  },
  { heading: 'size', value: ({ bytes }) => formatBytes(bytes) },
];

/**
 * `troupe runs`: what is in the data directory.
 *
 * @returns The exit status: 1 if something of it is damaged.
 * @throws {TroupeError} `USAGE` for limits without `--prune`.
 */
export async function runs(options: RunsOptions): Promise<number> {
  if (options.prune) return (await import('./prune.ts')).prune(options);
  const alone = PRUNE_OPTIONS.find(([name]) => options[name] !== undefined);
  if (alone !== undefined) throw new TroupeError('USAGE', `Cannot use ${alone[1]} without --prune`);
  const damage = createDamageList();
  const store = await openLmdbStore(options.data, { readOnly: true, onDamage: damage.add });
  try {
    const records = await store.runs();
    const lost = damage.all.flatMap(({ run }) =>
      run === undefined || records.some(({ id }) => id === run) ? [] : run,
    );
    const rows: Row[] = [];
    for (const record of records) rows.push({ id: record.id, record, bytes: await store.bytes(record.id) });
    for (const id of new Set(lost)) rows.push({ id, record: undefined, bytes: await store.bytes(id) });
    if (options.json) {
      const told = rows.flatMap(({ record, bytes }) => (record === undefined ? [] : toJson(record, bytes)));
      process.stdout.write(`${JSON.stringify({ runs: told, damaged: damage.all })}\n`);
    } else if (rows.length === 0 && damage.all.length === 0) {
      const run = `troupe run FILE${toDataOption(options.data)}`;
      process.stdout.write(`No runs in "${options.data}". "${run}" makes one.\n`);
    } else {
      const notes = damage.all.length === 0 ? [] : ['', ...damage.lines()];
      process.stdout.write(`${[...toTable(COLUMNS, rows), ...notes].join('\n')}\n`);
    }
  } finally {
    await store.close();
  }
  return damage.all.length === 0 ? 0 : 1;
}

function toStart(run: RunRecord): string {
  return run.virtual ? 'virtual time' : run.startedAt.slice(0, 19).replace('T', ' ');
}

function toJson({ source, ...run }: RunRecord, bytes: number): object {
  return { ...run, bytes };
}
