import type { MemoryStore } from '../memory/memory-store.ts';
import { toDeadError } from '../sources/outcome-tracker.ts';
import type { Entry } from '../sources/outcomes.ts';
import type { Remaining } from '../supervisor/resume.ts';
import { readMessages } from '../supervisor/spill.ts';

/** Where a message of an earlier life of the run is. */
export interface Place {
  readonly agent: string;
  /** The agent works on it. */
  readonly isCurrent: boolean;
  /** The agent has observed it, and has done with it. */
  readonly isPast: boolean;
  /** What is known of it by that. */
  readonly change: Partial<Entry>;
}

/** Where an earlier life of the run has left its messages. */
export type Left = Pick<Remaining, 'resumed' | 'letters' | 'spilled'>;

/**
 * Where messages are: those that agents had received when a run was cut short, as far as they are remembered, those that
 * waited for room on disk, and dead letters.
 *
 * @param wanted Their ids.
 * @returns By id. @throws {TroupeError} Rejects with `STORE_FAILED`.
 */
export async function readPlaces(
  store: MemoryStore,
  run: string,
  { resumed, letters, spilled }: Left,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  const put = (id: string, place: Place): void => void (wanted.has(id) && places.set(id, place));
  // First, since what is still there may have been taken.
  for (const [agent, range] of spilled) {
    for await (const { id, user } of readMessages(store, run, agent, range)) {
      put(id, toWaiting(agent, user));
    }
  }
  for (const [agent, { seen, mailbox, cut, point }] of resumed) {
    for (const id of seen) put(id, { agent, isCurrent: false, isPast: true, change: { agent } });
    for (const { id, user } of mailbox) put(id, toWaiting(agent, user));
    // A turn that was cut short before its decision begins again: its message is still in the mailbox.
    const isFirst = cut?.isFirst === true;
    const isUnderWay = isFirst || !point.answered;
    const cause = isFirst ? cut.observation.message : point.cause;
    if (!isUnderWay || cause === undefined) continue;
    const firstTurn = isFirst ? point.turn + 1 : point.turn - point.step + 1;
    const change = { status: 'working', agent, firstTurn, ...toWhom(cause.user) } as const;
    put(cause.id, { agent, isCurrent: true, isPast: false, change });
  }
  for (const { message, reason } of letters) {
    const { id, to } = message;
    const change = { status: 'dead', agent: to, error: toDeadError(to, reason) } as const;
    put(id, { agent: to, isCurrent: false, isPast: false, change });
  }
  return places;
}

function toWaiting(agent: string, user: string | undefined): Place {
  return { agent, isCurrent: false, isPast: false, change: { status: 'waiting', agent, ...toWhom(user) } };
}

function toWhom(user: string | undefined): { user?: string } {
  return user === undefined ? {} : { user };
}
