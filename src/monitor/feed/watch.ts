import { TroupeError } from '../../base/errors.ts';
import type { GroupInfo, RunEvent, RunStatus, RunSummary } from '../../protocol.ts';
import type { Fold } from '../history/fold.ts';
import type { History } from '../history/history.ts';
import { Series } from '../history/series.ts';
import type { RunInfo } from '../messages.ts';
import type { MonitorSource } from '../source.ts';

/** A run as its watchers see it: its history, folded as far as it goes, and how it stands. */
export class Watch {
  readonly source: MonitorSource;
  readonly history: History;
  readonly groups: readonly GroupInfo[];
  /** Group of each agent, as a place in `groups`. */
  readonly groupOf: Uint16Array;
  readonly fold: Fold;
  readonly series: Series;
  #status: RunStatus;
  #summary: RunSummary | undefined;
  #live: boolean;

  constructor(source: MonitorSource, history: History) {
    this.source = source;
    this.history = history;
    this.#live = source.live !== undefined;
    this.#status = source.record.status;
    this.#summary = source.record.summary;
    const { groups, groupOf } = toGroups(source.specs);
    this.groups = groups;
    this.groupOf = groupOf;
    this.fold = history.start();
    this.series = new Series(this.fold);
    // Another watch of the same history must not fall behind either.
    const others = history.onChunk;
    history.onChunk = () => {
      others?.();
      this.advance();
    };
  }

  get isLive(): boolean {
    return this.#live;
  }

  /** Milliseconds since the run's start: now, or the end of a run that has ended. */
  get at(): number {
    const { live } = this.source;
    return live !== undefined && this.#live ? round(live.elapsed()) : this.history.at;
  }

  /** Brings the fold to the last event. Costs what has happened since the last time. */
  advance(): void {
    this.history.advance(this.fold);
    this.series.reach(this.at);
  }

  /** How the run stood at a moment; undefined: now. */
  foldAt(at: number | undefined): Fold {
    this.advance();
    return at === undefined ? this.fold : this.history.foldAt(this.history.seqAt(at));
  }

  /** @returns Whether the run's status has changed by it. */
  take(event: RunEvent): boolean {
    if (event.type === 'run.finished') {
      this.#status = event.status;
      this.#live = false;
      return true;
    }
    return event.type === 'run.draining' || event.type === 'run.stalled';
  }

  /** The run's numbers are there. */
  finish(summary: RunSummary): void {
    this.#status = summary.status;
    this.#summary = summary;
    this.#live = false;
  }

  info(): RunInfo {
    const { record, scenario, specs } = this.source;
    return {
      id: record.id,
      scenario: record.scenario,
      ...(scenario.about !== undefined && { about: scenario.about }),
      status: this.#status,
      seed: record.seed,
      virtual: record.virtual,
      startedAt: record.startedAt,
      agents: specs.length,
      live: this.#live,
      from: this.history.from,
      ...(this.#summary !== undefined && { summary: this.#summary }),
    };
  }

  /** An agent's place among all. @throws {TroupeError} `AGENT_UNKNOWN`. */
  positionOf(agent: string): number {
    const position = this.history.positionOf(agent);
    if (position !== undefined) return position;
    throw new TroupeError('AGENT_UNKNOWN', `Cannot find agent "${agent}": addresses are "group/index"`);
  }

  /** Positions of the agents of the groups named. @throws {TroupeError} `GROUP_UNKNOWN`. */
  groupPlaces(names: readonly string[]): ReadonlySet<number> {
    return new Set(
      names.map((name) => {
        const place = this.groups.findIndex((group) => group.name === name);
        if (place < 0)
          throw new TroupeError(
            'GROUP_UNKNOWN',
            `Cannot find group "${name}": the run has ${this.groups.map((g) => g.name).join(', ')}`,
          );
        return place;
      }),
    );
  }
}

/** Microseconds, as in events. */
function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function toGroups(specs: MonitorSource['specs']): { groups: GroupInfo[]; groupOf: Uint16Array } {
  const groups: (GroupInfo & { count: number })[] = [];
  const groupOf = new Uint16Array(specs.length);
  for (const [position, { group }] of specs.entries()) {
    const last = groups[groups.length - 1];
    if (last?.name === group.name) last.count++;
    else {
      const { name, model, tools } = group;
      groups.push({ name, first: position, count: 1, model, tools });
    }
    groupOf[position] = groups.length - 1;
  }
  return { groups, groupOf };
}
