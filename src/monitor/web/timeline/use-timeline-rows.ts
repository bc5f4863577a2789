import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RunEvent } from '../../../protocol.ts';
import type { AgentMessage } from '../../messages.ts';
import { type AgentFold, foldAgent } from '../fold/agent-fold.ts';
import { createAgentRequest, followAgent } from '../session.ts';
import { type AgentRecord, agentRecord } from '../store/agents-store.ts';
import { shownAt, travelAt } from '../store/travel-store.ts';
import { type TimelineRow, toTimelineRow } from './timeline-row.ts';

const folds = new WeakMap<object, AgentFold>();
const past = signal<ReadonlyMap<string, AgentMessage>>(new Map());
const requests = new Map<string, ReturnType<typeof createAgentRequest>>();

/** Follows the agents while the component is shown. @returns What they did until the shown moment, in their order. */
export function useTimelineRows(agents: readonly string[]): readonly TimelineRow[] {
  const key = agents.join();
  useEffect(() => {
    const ends = agents.map(followAgent);
    return () => {
      for (const end of ends) end();
    };
  }, [key]);
  const at = travelAt.value;
  const until = shownAt.value;
  const records = agents.map((agent) => agentRecord(agent).value);
  useEffect(() => {
    if (at === undefined) return;
    for (const record of records) if (record !== undefined && isTooYoung(record, at)) requestPast(record, at);
  }, [key, at]);
  return agents.map((agent, index) => {
    const record = records[index];
    if (record === undefined) return toTimelineRow(agent, foldAgent([]), until);
    return toTimelineRow(agent, at === undefined ? foldOf(record) : foldAgent(eventsUntil(record, at)), until);
  });
}

/** A record changes identity with each change of its events. */
function foldOf(record: AgentRecord): AgentFold {
  const known = folds.get(record) ?? foldAgent(record.events);
  folds.set(record, known);
  return known;
}

/** What is known of the agent begins only after the moment. */
function isTooYoung({ message, events }: AgentRecord, at: number): boolean {
  return message.earlier && (events[0]?.at ?? 0) > at;
}

function eventsUntil(record: AgentRecord, at: number): readonly RunEvent[] {
  const source = isTooYoung(record, at) ? (past.value.get(record.message.agent)?.events ?? []) : record.events;
  return source.filter((event) => event.at <= at);
}

function requestPast({ message: { agent } }: AgentRecord, at: number): void {
  const request =
    requests.get(agent) ??
    createAgentRequest((message) => {
      past.value = new Map(past.peek()).set(agent, message);
    });
  requests.set(agent, request);
  request({ agent, at });
}
