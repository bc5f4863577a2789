import type { InboxEntry } from '../../talk-messages.ts';
import { sendCommand } from '../session.ts';
import { ticked } from './inbox-choice.ts';
import { toBatches } from './to-batches.ts';

const DONE = { approve: 'Approved', reject: 'Rejected' } as const;

/** Answers several calls alike. A question cannot be approved. */
export function answerAll(calls: readonly InboxEntry[], answer: 'approve' | 'reject', reason = ''): void {
  for (const batch of toBatches(calls)) {
    const said = { answer, ...(reason !== '' && { reason }) };
    sendCommand({ type: 'approvals.answer', calls: batch, ...said }, DONE[answer], { noun: 'call' });
  }
  ticked.value = new Set();
}
