import { createRealClock } from '../base/clock.ts';
import { formatBytes } from '../base/size.ts';
import { compactLmdbStore, openLmdbStore } from '../memory/lmdb.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { planRetention, type SizedRun } from '../memory/plan-retention.ts';
import type { KeepSpec } from '../protocol.ts';
import { createDamageList, type DamageList } from './damage-list.ts';
import { type Column, toTable } from './table.ts';

export interface PruneOptions {
  readonly data: string;
  readonly json?: boolean;
  readonly keepRuns?: number;
  readonly keepDays?: number;
  readonly keepBytes?: number;
  /** Only runs of this scenario; default: all. */
  readonly scenario?: string;
  /** Runs that could be resumed go too, and those whose record is damaged. */
  readonly all?: boolean;
  /** Only says what would go. */
  readonly dryRun?: boolean;
}

/** A run that goes. */
interface Gone {
  readonly id: string;
  /** Empty if its record is damaged. */
  readonly scenario: string;
  readonly recordedAt: string;
  readonly bytes: number;
}

const COLUMNS: readonly Column<Gone>[] = [
  { heading: 'run', value: ({ id }) => id },
  { heading: 'scenario', value: ({ scenario }) => scenario },
  { heading: 'recorded', value: ({ recordedAt }) => recordedAt.slice(0, 19).replace('T', ' ') },
  { heading: 'size', value: ({ bytes }) => formatBytes(bytes) },
];

/**
 * `troupe runs --prune`: removes the runs beyond the limits, and makes the data file smaller. Of a damaged data file it
 * makes a new one of what can be read.
 *
 * @returns The exit status: 0.
 */
export async function prune(options: PruneOptions): Promise<number> {
  const { data, dryRun = false } = options;
  const damage = createDamageList();
  const planned = await withStore(data, { readOnly: true, onDamage: damage.add }, (store) =>
    planGone(store, options, damage),
  );
  if (dryRun) {
    tell(options, planned, undefined);
    return 0;
  }
  // Nothing is removed from a data file that is damaged itself.
  const isDamaged = damage.all.some(({ run }) => run === undefined);
  const rebuilt = isDamaged ? await compactLmdbStore(data) : undefined;
  const gone = planned.length === 0 ? [] : await remove(options);
  const compacted = gone.length === 0 && rebuilt !== undefined ? rebuilt : await compactLmdbStore(data);
  tell(options, gone, { ...compacted, beforeBytes: rebuilt?.beforeBytes ?? compacted.beforeBytes });
  return 0;
}

/** Looks again, since only now nobody else writes. */
async function remove(options: PruneOptions): Promise<Gone[]> {
  const damage = createDamageList();
  return withStore(options.data, { onDamage: damage.add }, async (store) => {
    const gone = await planGone(store, options, damage);
    for (const { id } of gone) await store.deleteRun(id);
    return gone;
  });
}

async function withStore<T>(
  data: string,
  options: Parameters<typeof openLmdbStore>[1],
  work: (store: MemoryStore) => Promise<T>,
): Promise<T> {
  const store = await openLmdbStore(data, options);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function planGone(store: MemoryStore, options: PruneOptions, damage: DamageList): Promise<Gone[]> {
  const { keepRuns, keepDays, keepBytes, scenario, all = false } = options;
  const records = await store.runs();
  const sized: SizedRun[] = [];
  for (const run of records) {
    if (scenario !== undefined && run.scenario !== scenario) continue;
    sized.push({ run, bytes: await store.bytes(run.id) });
  }
  const keep: KeepSpec = {
    ...(keepRuns !== undefined && { runs: keepRuns }),
    ...(keepDays !== undefined && { days: keepDays }),
    ...(keepBytes !== undefined && { bytes: keepBytes }),
  };
  const clock = createRealClock();
  const gone = planRetention(sized, keep, { now: clock.realNow(), all }).map(
    ({ run, bytes }): Gone => ({ id: run.id, scenario: run.scenario, recordedAt: run.recordedAt, bytes }),
  );
  clock.stop();
  if (!all || scenario !== undefined) return gone;
  const known = new Set(records.map(({ id }) => id));
  const lost = new Set(damage.all.flatMap(({ run }) => (run === undefined || known.has(run) ? [] : run)));
  for (const id of lost) gone.push({ id, scenario: '', recordedAt: '', bytes: await store.bytes(id) });
  return gone;
}

function tell(
  { json, dryRun, data }: PruneOptions,
  gone: readonly Gone[],
  files: { readonly beforeBytes: number; readonly afterBytes: number } | undefined,
): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ removed: gone, dryRun: dryRun ?? false, ...files })}\n`);
    return;
  }
  const bytes = formatBytes(gone.reduce((sum, run) => sum + run.bytes, 0));
  const count = `${gone.length} ${gone.length === 1 ? 'run' : 'runs'}`;
  const lines = gone.length === 0 ? [] : [...toTable(COLUMNS, gone), ''];
  if (gone.length === 0) lines.push('No run is beyond the limits.');
  else lines.push(dryRun ? `${count} would go, ${bytes}` : `${count} removed, ${bytes}`);
  if (files !== undefined) {
    const { beforeBytes, afterBytes } = files;
    lines.push(`"${data}" had ${formatBytes(beforeBytes)} in its data file and has ${formatBytes(afterBytes)}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
