import { withoutKept } from '../base/without-kept.ts';
import type { ChatMessage } from '../protocol.ts';

/**
 * Drops from the answers of one exchange what their providers wanted back. Messages are replaced, not changed.
 *
 * @param end Position behind its last message; it begins behind the last answer without calls before that.
 */
export function dropKept(transcript: ChatMessage[], end: number): void {
  for (let index = end - 1; index >= 0; index--) {
    const message = transcript[index];
    if (message?.role !== 'assistant') continue;
    if (message.toolCalls.length === 0) return;
    if (message.kept !== undefined) transcript[index] = withoutKept(message);
  }
}
