import type { KeepSpec, RunRecord } from '../protocol.ts';

const DAY_MS = 24 * 60 * 60_000;

/** A run with what it takes on disk. */
export interface SizedRun {
  readonly run: RunRecord;
  readonly bytes: number;
}

export interface RetentionOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Id of a run that stays, whatever the limits are. */
  readonly spare?: string;
  /** True: runs that could be resumed go too. Default false. */
  readonly all?: boolean;
}

/**
 * Which runs are beyond the limits. What stays because it must counts towards them too.
 *
 * @param runs Newest first.
 * @returns Those that go, newest first.
 */
export function planRetention(
  runs: readonly SizedRun[],
  keep: KeepSpec,
  { now, spare, all = false }: RetentionOptions,
): SizedRun[] {
  let kept = 0;
  let keptBytes = 0;
  let isFull = false;
  return runs.filter((sized) => {
    const { run, bytes } = sized;
    // Older ones that are small do not slip through behind one that is too large.
    isFull ||= keep.bytes !== undefined && keptBytes + bytes > keep.bytes;
    const isBeyond =
      isFull ||
      (keep.runs !== undefined && kept >= keep.runs) ||
      (keep.days !== undefined && now - Date.parse(run.recordedAt) > keep.days * DAY_MS);
    if (isBeyond && run.id !== spare && (all || hasEnded(run))) return true;
    kept++;
    keptBytes += bytes;
    return false;
  });
}

function hasEnded({ status }: RunRecord): boolean {
  return status !== 'running' && status !== 'interrupted';
}
