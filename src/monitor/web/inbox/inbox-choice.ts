import { signal } from '@preact/signals';

/** Keys of the calls that are ticked. */
export const ticked = signal<ReadonlySet<string>>(new Set());
/** Key of the call that is open. */
export const opened = signal<string | undefined>(undefined);
/** Somebody is writing an answer to it. */
export const isWriting = signal(false);

export function toggleTick(key: string): void {
  const next = new Set(ticked.peek());
  if (!next.delete(key)) next.add(key);
  ticked.value = next;
}
