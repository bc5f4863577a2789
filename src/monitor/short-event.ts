import { LOG_TEXT_CHARS } from '../base/monitor-limits.ts';
import type { Json, RunEvent } from '../protocol.ts';
import { shorten } from './shorten.ts';

/** Calls of a decision, rows of a result: more does not help in a list of events. */
const LIST_MAX = 8;

/** An event for the log: long texts and lists are cut, and say so. It stays an event of its type. */
export function toShortEvent(event: RunEvent): RunEvent {
  const shown = { chars: LOG_TEXT_CHARS, entries: LIST_MAX };
  return shorten(withShortLists(event) as unknown as Json, shown) as unknown as RunEvent;
}

/** What stands for the missing entries of a list is one of its kind, for whoever reads them. */
function withShortLists(event: RunEvent): RunEvent {
  if (event.type === 'agent.decided' || event.type === 'agent.recalled') {
    const { decision } = event;
    const toolCalls = cut(decision.toolCalls, (name) => ({ id: '', name, args: {} }));
    return { ...event, decision: { ...decision, toolCalls } };
  }
  if (event.type === 'task.awarded') {
    return { ...event, bids: cut(event.bids, (from) => ({ from, bid: 0 })) };
  }
  if (event.type === 'run.stalled') {
    return { ...event, waiting: cut(event.waiting, (agent) => ({ agent, for: 'a message' })) };
  }
  return event;
}

function cut<T>(list: readonly T[], toRest: (text: string) => T): readonly T[] {
  if (list.length <= LIST_MAX) return list;
  const kept = list.slice(0, LIST_MAX - 1);
  return [...kept, toRest(`… ${list.length - kept.length} more`)];
}
