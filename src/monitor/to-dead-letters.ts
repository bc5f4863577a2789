import type { DeadLetter, JournalRecord, Message } from '../protocol.ts';

/** What an agent had received and did not observe, by its journal: messages that had to give way, or came too late. */
export function toDeadLetters(records: readonly JournalRecord[]): DeadLetter[] {
  const received = new Map<string, Message>();
  return records.flatMap((record): DeadLetter[] => {
    if (record.type === 'received') received.set(record.message.id, record.message);
    if (record.type !== 'dropped') return [];
    const message = received.get(record.message);
    return message === undefined ? [] : [{ message, reason: record.reason, at: record.at }];
  });
}
