import type { DeadLetter, Message } from '../../protocol.ts';
import type { Names } from './names.ts';
import { type AgentEvent, type Chunk, DEAD_REASONS, ENDINGS, FAILED, HELD, MESSAGE_KINDS, NO_AGENT } from './rows.ts';

/**
 * Writes what an event says into the columns of its row.
 *
 * @param positions Of the run's agents.
 */
export function noteRow(
  chunk: Chunk,
  index: number,
  event: AgentEvent,
  positions: ReadonlyMap<string, number>,
  names: Names,
): void {
  if ('turn' in event) chunk.turn[index] = event.turn;
  switch (event.type) {
    case 'agent.decided':
      chunk.count[index] = event.decision.toolCalls.length;
      chunk.name[index] = names.placeOf(event.model);
      chunk.value[index] = event.durationMs;
      break;
    case 'agent.observed':
      chunk.count[index] = toMessages(event.observation.message);
      break;
    case 'agent.recalled':
      chunk.count[index] = event.pending;
      break;
    case 'model.failed':
      chunk.flag[index] = FAILED;
      chunk.name[index] = names.placeOf(event.model);
      chunk.value[index] = event.durationMs;
      break;
    case 'tool.started':
      chunk.name[index] = names.placeOf(event.call.name);
      break;
    case 'tool.finished':
      if (event.result.isError) chunk.flag[index] = FAILED;
      chunk.name[index] = names.placeOf(event.result.name);
      chunk.value[index] = event.durationMs;
      break;
    case 'agent.waiting':
      if (event.for !== 'a message') chunk.flag[index] = HELD;
      break;
    case 'agent.ended':
      chunk.flag[index] = Math.max(0, ENDINGS.indexOf(event.status as (typeof ENDINGS)[number]));
      chunk.turn[index] = event.turns;
      break;
    case 'agent.streamed':
      chunk.value[index] = event.text.length;
      break;
    case 'message.sent':
      chunk.value[index] = positions.get(event.message.to) ?? NO_AGENT;
      chunk.flag[index] = MESSAGE_KINDS.indexOf(event.message.kind);
      chunk.turn[index] = Math.max(0, Math.round((event.at - event.message.at) * 1_000));
      if (!positions.has(event.agent)) chunk.name[index] = names.placeOf(toOutside(event.agent));
      break;
  }
}

/** The same for a message that nobody observes. */
export function noteDead(
  chunk: Chunk,
  index: number,
  { message, reason }: DeadLetter,
  positions: ReadonlyMap<string, number>,
): void {
  chunk.value[index] = positions.get(message.to) ?? NO_AGENT;
  chunk.flag[index] = DEAD_REASONS.indexOf(reason);
  chunk.count[index] = MESSAGE_KINDS.indexOf(message.kind);
}

/** Messages an observation stands for: of what was gathered, each part. */
function toMessages(message: Message | undefined): number {
  return message === undefined ? 0 : (message.parts?.length ?? 1);
}

/** There may be any number of agents that came later: they share their group's name. */
function toOutside(sender: string): string {
  return sender.startsWith('source:') ? sender : (sender.split('/', 1)[0] ?? sender);
}
