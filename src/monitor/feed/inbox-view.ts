import { INBOX_ARGS_CHARS, INBOX_TOLD } from '../../base/monitor-limits.ts';
import type { Json, JsonObject, RunEvent, WaitingApproval, WaitingCallId } from '../../protocol.ts';
import { shorten } from '../shorten.ts';
import type { InboxEntry, InboxMessage, InboxTopic } from '../talk-messages.ts';
import type { View } from './channels.ts';
import { readWaiting } from './waiting-calls.ts';
import type { Watch } from './watch.ts';

type Frame = Omit<InboxMessage, 'id'>;

/** What may change what waits. */
const CHANGES: ReadonlySet<RunEvent['type']> = new Set([
  'approval.requested',
  'approval.answered',
  'agent.ended',
  'agent.restarting',
  'agent.started',
  'run.finished',
]);
const SHOWN = { chars: 200, entries: 8 };

/** Calls that wait for a person, those that wait longest first. */
export class InboxView implements View<Frame> {
  readonly #watch: Watch;
  readonly #limit: number;
  /** As told. */
  #entries: ReadonlyMap<string, InboxEntry>;
  #total: number;
  #isStale = false;

  /** @param limit So many are told. Default `INBOX_TOLD` (2,000). */
  constructor(watch: Watch, limit = INBOX_TOLD) {
    this.#watch = watch;
    this.#limit = limit;
    const { entries, total } = this.#read();
    this.#entries = entries;
    this.#total = total;
  }

  take({ type }: RunEvent): void {
    if (CHANGES.has(type)) this.#isStale = true;
  }

  /** What has come and gone since the last call; undefined if nothing has. */
  changes(): Frame | undefined {
    if (!this.#isStale) return undefined;
    this.#isStale = false;
    const before = { entries: this.#entries, total: this.#total };
    const { entries, total } = this.#read();
    this.#entries = entries;
    this.#total = total;
    const waiting = [...entries].flatMap(([key, entry]) => (isSame(before.entries.get(key), entry) ? [] : [entry]));
    const gone = [...before.entries].flatMap(([key, { agent, callId }]): WaitingCallId[] =>
      entries.has(key) ? [] : [{ agent, callId }],
    );
    if (waiting.length + gone.length === 0 && total === before.total) return undefined;
    return { type: 'inbox', at: this.#watch.at, waiting, gone, total };
  }

  /** As of the last frame. */
  all(): Frame {
    const { at } = this.#watch;
    return { type: 'inbox', at, whole: true, waiting: [...this.#entries.values()], gone: [], total: this.#total };
  }

  #read(): { entries: Map<string, InboxEntry>; total: number } {
    const waiting = readWaiting(this.#watch);
    const told = toOldest(waiting, this.#limit).map(toEntry);
    return { entries: new Map(told.map((entry) => [toKey(entry), entry])), total: waiting.length };
  }
}

/**
 * As it is now, or was at a moment.
 *
 * @param topic.agent Of this agent alone, with whole arguments as far as they are known.
 * @throws {TroupeError} `AGENT_UNKNOWN`.
 */
export async function toInbox(
  watch: Watch,
  { agent, limit }: Pick<InboxTopic, 'agent' | 'limit'>,
  at: number | undefined,
): Promise<Frame> {
  if (agent !== undefined) watch.positionOf(agent);
  const all = readWaiting(watch, at).filter((call) => agent === undefined || call.agent === agent);
  const told = toOldest(all, limit);
  const waiting = agent === undefined ? told.map(toEntry) : await withWholeArgs(watch, agent, { calls: told, at });
  return { type: 'inbox', at: at ?? watch.at, whole: true, waiting, gone: [], total: all.length };
}

/** What only the history knows has cut arguments; the agent's journal has the whole. */
async function withWholeArgs(
  watch: Watch,
  agent: string,
  { calls, at }: { readonly calls: readonly WaitingApproval[]; readonly at: number | undefined },
): Promise<InboxEntry[]> {
  const journal = watch.isLive && at === undefined ? [] : await watch.source.journal(agent);
  return calls.map((call) => {
    const decided = journal.findLast((record) => record.type === 'model.done' && record.turn === call.turn);
    const all = decided?.type === 'model.done' ? decided.decision.toolCalls : [];
    // `turn/place`: places count from 1.
    const args = all[Number(call.callId.split('/')[1]) - 1]?.args;
    return args === undefined ? call : { ...call, args };
  });
}

function toOldest(calls: readonly WaitingApproval[], limit = INBOX_TOLD): readonly WaitingApproval[] {
  return limit === 0 ? [] : [...calls].sort((a, b) => a.since - b.since).slice(0, limit);
}

function toEntry(call: WaitingApproval): InboxEntry {
  if (JSON.stringify(call.args).length <= INBOX_ARGS_CHARS) return call;
  return { ...call, args: shorten(call.args as Json, SHOWN) as JsonObject, cut: true };
}

function toKey({ agent, callId }: WaitingCallId): string {
  return `${agent} ${callId}`;
}

function isSame(known: InboxEntry | undefined, entry: InboxEntry): boolean {
  return known?.since === entry.since && known.deadlineAt === entry.deadlineAt;
}
