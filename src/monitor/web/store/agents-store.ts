import { type Signal, signal } from '@preact/signals';
import type { RunEvent } from '../../../protocol.ts';
import type { AgentMessage, EventsMessage } from '../../messages.ts';

/** What is known of an agent that is followed. */
export interface AgentRecord {
  readonly message: AgentMessage;
  /** In order; appended to in place. */
  readonly events: RunEvent[];
  /** Events the server left out since the last message with them. */
  readonly missed: number;
}

/** Events kept of one agent. */
const EVENTS_MAX = 5000;
const records = new Map<string, Signal<AgentRecord | undefined>>();
const changed = new Set<string>();

/** The record of an agent, undefined until the server has sent it. */
export function agentRecord(agent: string): Signal<AgentRecord | undefined> {
  const known = records.get(agent) ?? signal<AgentRecord | undefined>(undefined);
  records.set(agent, known);
  return known;
}

export function setAgent(message: AgentMessage): void {
  agentRecord(message.agent).value = { message, events: [...message.events], missed: 0 };
}

/** Views hear of new events once a frame. */
export function addEvents({ agent, events, missed = 0 }: EventsMessage): void {
  const record = records.get(agent)?.peek();
  if (record === undefined) return;
  for (const event of events) record.events.push(event);
  if (record.events.length > EVENTS_MAX) record.events.splice(0, record.events.length - EVENTS_MAX);
  if (missed > 0) agentRecord(agent).value = { ...record, missed: record.missed + missed };
  if (changed.size === 0) requestAnimationFrame(tellViews);
  changed.add(agent);
}

export function resetAgents(): void {
  for (const record of records.values()) record.value = undefined;
  changed.clear();
}

function tellViews(): void {
  for (const agent of changed) {
    const record = records.get(agent);
    if (record?.value !== undefined) record.value = { ...record.value };
  }
  changed.clear();
}
