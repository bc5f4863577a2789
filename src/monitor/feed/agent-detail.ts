import { DETAIL_MAX_BYTES } from '../../base/monitor-limits.ts';
import { compileTemplate } from '../../base/template.ts';
import type { AgentSpec, Json, JsonObject, RunEvent } from '../../protocol.ts';
import type { AgentMessage } from '../messages.ts';
import { AGENT_STATES } from '../states.ts';
import { toEvents } from '../to-events.ts';
import type { Watch } from './watch.ts';

/**
 * Who an agent is and what it has done.
 *
 * @param position Its place among all agents.
 * @param options.limit Newest events told, at most; fewer if they are more than `DETAIL_MAX_BYTES`.
 * @param options.at As of this moment. Default: now.
 * @returns And every event of the agent that memory knows of, so that what comes meanwhile is not told twice.
 */
export async function toAgentDetail(
  watch: Watch,
  position: number,
  options: { limit: number; at?: number },
): Promise<{ message: Omit<AgentMessage, 'id'>; known: readonly RunEvent[] }> {
  const { at, limit } = options;
  const spec = watch.source.specs[position] as AgentSpec;
  const journal = await watch.source.journal(spec.id);
  const known = toEvents(spec, journal).filter((event) => event.agent === spec.id);
  const past = at === undefined ? known : known.filter((event) => event.at <= at);
  const events = newest(past, limit);
  const view = at === undefined ? watch.source.live?.view(spec.id) : undefined;
  const message: Omit<AgentMessage, 'id'> = {
    type: 'agent',
    at: at ?? watch.at,
    agent: spec.id,
    group: spec.group.name,
    state: AGENT_STATES[watch.foldAt(at).states[position] ?? 0] ?? 'unstarted',
    row: spec.row,
    instructions: toInstructions(spec, watch.source.scenario.params),
    events,
    earlier: events.length < past.length,
    ...(view !== undefined && { context: view.context as Json }),
  };
  return { message, known };
}

/** The last event is told whatever its size. */
function newest(events: readonly RunEvent[], limit: number): RunEvent[] {
  let bytes = 0;
  let first = events.length;
  while (first > 0 && events.length - first < limit) {
    bytes += JSON.stringify(events[first - 1]).length;
    if (bytes > DETAIL_MAX_BYTES && first < events.length) break;
    first--;
  }
  return events.slice(first);
}

/** As they were written, if they cannot be rendered: then that is why the agent failed, and what one wants to see. */
function toInstructions({ id, index, row, group }: AgentSpec, params: JsonObject): string {
  try {
    return compileTemplate(group.instructions).text({ agent: id, index, row, params });
  } catch {
    return group.instructions;
  }
}
