import { computed, signal } from '@preact/signals';
import type { InboxMessage } from '../../talk-messages.ts';
import { mergeInbox, NO_CALLS, type WaitingCalls } from './merge-inbox.ts';
import { travelAt } from './travel-store.ts';

const live = signal<WaitingCalls>(NO_CALLS);
const past = signal<WaitingCalls>(NO_CALLS);

/** Calls that wait now, told or not. */
export const waitingCount = computed(() => live.value.total);
/** At the shown moment, those that wait longest first. */
export const shownCalls = computed(() => (travelAt.value === undefined ? live.value : past.value));

export function updateInbox(message: InboxMessage): void {
  live.value = mergeInbox(live.peek(), message);
}

export function setPastInbox(message: InboxMessage): void {
  past.value = mergeInbox(NO_CALLS, message);
}

export function resetInbox(): void {
  live.value = NO_CALLS;
  past.value = NO_CALLS;
}
