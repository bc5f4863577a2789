import type { PersonAnswer } from '../protocol.ts';

const DONE = { approve: 'approved', reject: 'rejected', edit: 'edited' } as const;

/** What an answer that counts has done to its call. */
export function toDone({ answer, text }: Omit<PersonAnswer, 'by'>): string {
  return text === undefined ? DONE[answer] : 'answered';
}
