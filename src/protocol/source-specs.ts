/** Where observations come from besides lists and rows. Types only. */

import type { DelegationPolicy } from './messages.ts';

export type SourceSpec = EverySourceSpec | CronSourceSpec | TailSourceSpec | FolderSourceSpec | PushSourceSpec;

interface SourceSpecCommon {
  /** An agent's address or a group's name. */
  readonly to: string;
  /** Who of a group gets it. Default `round-robin`. Without effect for a group whose members each have one user or session. */
  readonly policy: Exclude<DelegationPolicy, 'auction'>;
  /**
   * Liquid over `n` (1-based, of the items given), `source` (its name), `params`, and what the source gives, by its keys and
   * as `data`. Absent: the source's own. What comes out blank is not observed.
   */
  readonly text?: string;
  /** Liquid, as above: for whom. Absent, or blank: nobody in particular. */
  readonly user?: string;
  readonly session?: string;
  /** So many, then it ends. Absent: no end of its own. */
  readonly limit?: number;
}

/**
 * An observation every so often on the run's clock; gives `{ n, at, iso, skipped }`: milliseconds since the epoch, the same as
 * ISO 8601, and the ticks before it that were skipped, if there were any.
 */
export interface EverySourceSpec extends SourceSpecCommon {
  readonly kind: 'every';
  readonly everyMs: number;
}

/** By a schedule of five or six fields; gives `{ n, at, iso, skipped }`, for the time it was due. */
export interface CronSourceSpec extends SourceSpecCommon {
  readonly kind: 'cron';
  readonly cron: string;
  /** IANA name. Absent: UTC. */
  readonly timezone?: string;
}

/** Each line that is added to a file; gives `{ line, file, n }`, and the line's own keys if it is a JSON object. */
export interface TailSourceSpec extends SourceSpecCommon {
  readonly kind: 'tail';
  /** Absolute; it need not be there yet. */
  readonly file: string;
  /** Where a live run begins that has not read it before. Default `start`. */
  readonly from: 'start' | 'end';
  /** True: it ends at the end of what is there, as it always does in a rehearsal. Default false. */
  readonly once: boolean;
}

/** Each file that is put into a folder; gives `{ path, name, bytes, text, n }`, and no text if it is long or binary. */
export interface FolderSourceSpec extends SourceSpecCommon {
  readonly kind: 'folder';
  /** Absolute. */
  readonly folder: string;
  /** Without a dot. Absent: all. */
  readonly extension?: string;
  /** As for `tail`. */
  readonly once: boolean;
}

/**
 * What others push: lines of standard input (`{ line, n }` and the line's own keys), requests (`POST /observe/NAME`) or
 * messages on `/ws` (what they say: `{ text, user, session }` and the keys of their `data`).
 */
export interface PushSourceSpec extends SourceSpecCommon {
  readonly kind: 'stdin' | 'http';
}
