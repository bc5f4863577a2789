import type { Message } from '../../protocol.ts';
import type { ReceivedRange } from '../memory-store.ts';
import type { AgentRecords, Page, PageRange } from './agent-records.ts';
import type { Slices } from './slices.ts';
import { isWaiting, NOT_TRIMMED } from './trim-record.ts';

/**
 * Reads a part of what an agent has received, in slices: as many batches as that takes, from the first one.
 *
 * Contract: the agent is not trimmed meanwhile.
 *
 * @returns The messages, and how many the agent has received up to the last batch that was read.
 */
export async function readReceived(
  { records, slices }: { readonly records: AgentRecords; readonly slices: Slices },
  { run, agent, skip, limit }: ReceivedRange & { readonly run: string; readonly agent: string },
): Promise<{ readonly messages: Message[]; readonly count: number }> {
  const messages: Message[] = [];
  const trimmed = (await slices.run(() => records.trimmed(run, agent))) ?? NOT_TRIMMED;
  let count = trimmed.received;
  let from: number | undefined = 1;
  while (from !== undefined && messages.length < limit) {
    const range: PageRange = { from, until: Number.MAX_SAFE_INTEGER, received: true };
    const page: Page = await slices.run(() => records.page(run, agent, range));
    for (const record of page.records) {
      const waits = isWaiting(record.batch);
      // What a damaged file still has of what was trimmed.
      if (!waits && record.place.record < trimmed.from) continue;
      if (messages.length >= limit) break;
      const received = await records.received(record, count);
      if (!waits) count += received.length;
      const wanted = received.filter(({ ordinal }) => ordinal >= skip).slice(0, limit - messages.length);
      messages.push(...wanted.map((one) => one.record.message));
    }
    from = page.next;
  }
  return { messages, count };
}
