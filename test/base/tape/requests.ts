import type { CallPlace, TapeHeader } from '../../../src/base/tape.ts';
import type { ChatMessage, ModelRequest } from '../../../src/protocol.ts';

/** A request with this conversation; all that a tape looks at. */
export function requestOf(transcript: readonly ChatMessage[], more: Partial<ModelRequest> = {}): ModelRequest {
  return { instructions: 'Work.', tools: [], transcript, turn: 1, ...more } as unknown as ModelRequest;
}

export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const said = (content: string): ChatMessage => ({ role: 'assistant', content, toolCalls: [] });

export const placeOf = (callId: string, agent = 'a/0'): CallPlace => ({ agent, turn: 1, callId });

export const HEADER: TapeHeader = {
  scenario: 'triage',
  seed: 7,
  tools: {
    search: { description: 'Searches.', parameters: { type: 'object' }, effects: 'none', timeoutMs: 1_000 },
  },
  sets: { all: ['search'] },
};
