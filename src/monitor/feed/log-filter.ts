import type { RunEvent } from '../../protocol.ts';
import type { Chunk } from '../history/rows.ts';
import { ENDINGS, EVENT_TYPES, FAILED, NO_AGENT, toKind } from '../history/rows.ts';
import type { LogFilter } from '../messages.ts';
import type { Watch } from './watch.ts';

const ENDED = toKind('agent.ended');
const ENDED_FAILED = ENDINGS.indexOf('failed');

/** Which events a log shows: the same for events as they come and for rows of the history. */
export class EventFilter {
  readonly #watch: Watch;
  readonly #groups: ReadonlySet<number> | undefined;
  readonly #agents: ReadonlySet<number> | undefined;
  readonly #kinds: ReadonlySet<number> | undefined;
  readonly #failures: boolean;

  /** @throws {TroupeError} `AGENT_UNKNOWN`, `GROUP_UNKNOWN`. */
  constructor(watch: Watch, { groups, agents, types, failures = false }: LogFilter) {
    this.#watch = watch;
    this.#groups = groups === undefined ? undefined : watch.groupPlaces(groups);
    this.#agents = agents === undefined ? undefined : new Set(agents.map((agent) => watch.positionOf(agent)));
    this.#kinds = types === undefined ? undefined : new Set(types.map(toKind));
    this.#failures = failures;
  }

  fits(event: RunEvent): boolean {
    const agent = 'agent' in event ? (this.#watch.history.positionOf(event.agent) ?? NO_AGENT) : NO_AGENT;
    return this.#fits(agent, toKind(event.type), isFailure(event));
  }

  fitsRow(chunk: Chunk, index: number): boolean {
    const kind = chunk.kind[index] ?? 0;
    const flag = chunk.flag[index] ?? 0;
    const type = EVENT_TYPES[kind] ?? 'run.started';
    const isFailed = type === 'tool.finished' ? flag === FAILED : kind === ENDED && flag === ENDED_FAILED;
    const failed = isFailed || FAILURES.has(type);
    return this.#fits(chunk.agent[index] ?? NO_AGENT, kind, failed);
  }

  #fits(agent: number, kind: number, failed: boolean): boolean {
    if (this.#failures && !failed) return false;
    if (this.#kinds !== undefined && !this.#kinds.has(kind)) return false;
    if (this.#agents !== undefined && !this.#agents.has(agent)) return false;
    return this.#groups === undefined || (agent >= 0 && this.#groups.has(this.#watch.groupOf[agent] ?? -1));
  }
}

/** Events that are about nothing else. */
const FAILURES: ReadonlySet<RunEvent['type']> = new Set([
  'model.failed',
  'agent.set-aside',
  'supervisor.escalated',
  'store.degraded',
]);

function isFailure(event: RunEvent): boolean {
  if (event.type === 'tool.finished') return event.result.isError;
  return FAILURES.has(event.type) || (event.type === 'agent.ended' && event.status === 'failed');
}
