import type { InboxEntry } from '../../talk-messages.ts';
import { formatDuration } from '../format.ts';

/** Below that a deadline is near: a person has to read first. */
const NEAR_MS = 60_000;

export interface CallTimes {
  readonly waited: string;
  /** Until its deadline. Absent: it has none. */
  readonly left?: string;
  readonly isNear: boolean;
}

/** How long a call has waited at a moment, and how long it still can. */
export function toCallTimes({ since, deadlineAt }: Pick<InboxEntry, 'since' | 'deadlineAt'>, at: number): CallTimes {
  const waited = toWhole(at - since);
  if (deadlineAt === undefined) return { waited, isNear: false };
  const left = deadlineAt - at;
  return { waited, left: left <= 0 ? 'time is over' : `${toWhole(left)} left`, isNear: left < NEAR_MS };
}

/** Whole seconds: the digits below them change too fast to be read. */
function toWhole(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}
