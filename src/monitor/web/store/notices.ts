import { signal } from '@preact/signals';

export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
}

/** What came of the last commands, newest last. */
export const notices = signal<readonly Notice[]>([]);

const SHOWN_MS = { done: 4000, problem: 10_000 };
const MOST = 3;
let lastId = 0;

export function addNotice(kind: Notice['kind'], text: string): void {
  const id = ++lastId;
  notices.value = [...notices.peek(), { id, kind, text }].slice(-MOST);
  setTimeout(() => removeNotice(id), SHOWN_MS[kind]);
}

export function removeNotice(id: number): void {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
}
