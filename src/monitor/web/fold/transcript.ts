import type { RunEvent, ToolCall } from '../../../protocol.ts';

/** A message of the conversation between an agent and its model, as people read it. */
export interface Said {
  readonly at: number;
  readonly turn: number;
  readonly who: 'observation' | 'message' | 'model' | 'tool' | 'problem';
  /** The sender of a message, the model, or the tool. */
  readonly name: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly isError: boolean;
}

const ENDS_DRAFT: ReadonlySet<RunEvent['type']> = new Set([
  'agent.decided',
  'model.failed',
  'model.retried',
  'agent.observed',
  'agent.ended',
]);

/** Tells the conversation from the events of an agent, in order. */
export function toTranscript(events: readonly RunEvent[]): readonly Said[] {
  const all: Said[] = [];
  let draft: Said | undefined;
  for (const event of events) {
    if (event.type === 'agent.streamed') {
      const text = (draft?.text ?? '') + event.text;
      draft = { at: event.at, turn: event.turn, who: 'model', name: 'is writing', text, calls: [], isError: false };
      continue;
    }
    // The whole answer stands in the place of what had come of it.
    if (draft !== undefined && ENDS_DRAFT.has(event.type)) draft = undefined;
    const said = toSaid(event);
    if (said !== undefined) all.push(said);
  }
  return draft === undefined ? all : [...all, draft];
}

function toSaid(event: RunEvent): Said | undefined {
  const plain = { at: event.at, calls: [], isError: false };
  switch (event.type) {
    case 'agent.observed': {
      const { turn, observation } = event;
      // Results stand there already, each after its call.
      if (observation.kind === 'results') return undefined;
      const { message } = observation;
      return message === undefined
        ? { ...plain, turn, who: 'observation', name: 'observation', text: observation.text }
        : { ...plain, turn, who: 'message', name: message.from, text: message.body };
    }
    case 'agent.decided': {
      const { turn, model, decision } = event;
      return { ...plain, turn, who: 'model', name: model, text: decision.reply ?? '', calls: decision.toolCalls };
    }
    case 'model.failed':
      return {
        ...plain,
        turn: event.turn,
        who: 'problem',
        name: event.model,
        text: event.error.message,
        isError: true,
      };
    case 'tool.finished': {
      const { name, content, isError } = event.result;
      const text = typeof content === 'string' ? content : JSON.stringify(content, undefined, 2);
      return { ...plain, turn: event.turn, who: 'tool', name, text, isError };
    }
    default:
      return undefined;
  }
}
