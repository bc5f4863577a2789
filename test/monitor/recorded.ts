import fc from 'fast-check';
import { History } from '../../src/monitor/history/history.ts';
import { EVENT_TYPES } from '../../src/monitor/history/rows.ts';
import type { LiveSource, MonitorSource } from '../../src/monitor/source.ts';
import type { AgentSpec, GroupSpec, RunEvent, RunFact, RunSummary, Scenario } from '../../src/protocol.ts';
import { type Run, type RunOptions, startRun } from '../../src/run.ts';
import { inMemory, scenarioOf } from '../rehearsals.ts';
import { factOf } from './facts.ts';

export { DECISION, factOf, messageOf } from './facts.ts';

/** Clerks who call three tools, one of which fails, and tell a hub; hubs who wait; one whose model fails. */
export const busy = {
  ...inMemory,
  params: { house: 'Acme' },
  models: {
    clerk: {
      latency: { min: '1s', max: '2s' },
      rules: [
        {
          on: 'observation',
          call: ['lookup', 'failing', { tell: { to: 'hub/0', body: '{{ observation.text }} of {{ agent }}' } }],
        },
        { on: 'results', reply: 'It is {{ results.lookup.state }}.' },
      ],
    },
    hub: { latency: '300ms', rules: [{ reply: 'Heard {{ observation.text }}.' }] },
    broke: { latency: '700ms', rules: [{ fail: 'out of credit' }] },
  },
  tools: {
    lookup: { builtin: 'simulated', latency: '500ms', result: { state: 'paid' } },
    failing: { builtin: 'simulated', latency: '50ms', fault: 'error' },
    tell: { builtin: 'send' },
  },
  agents: {
    clerk: {
      count: 4,
      model: 'clerk',
      tools: ['lookup', 'failing', 'tell'],
      instructions: 'You are {{ agent }} of {{ params.house }}.',
      observe: ['first', 'second', 'third'],
    },
    hub: { count: 2, model: 'hub', observe: { inbox: true } },
    broke: { count: 1, model: 'broke', observe: 'hello' },
  },
};

export interface Recorded {
  readonly run: Run;
  readonly scenario: Scenario;
  readonly events: readonly RunEvent[];
  readonly history: History;
  /** As of a stored run. */
  readonly source: MonitorSource;
  readonly summary: RunSummary;
}

/** Rehearses a scenario, or the one of `rehearsals.ts` with changes, to the end. `during` is called when the run has been started and nothing has happened yet. */
export async function record(
  scenarioOrChanges: object = busy,
  options: RunOptions = {},
  during: (run: Run) => void = () => {},
): Promise<Recorded> {
  const events: RunEvent[] = [];
  const scenario = 'source' in scenarioOrChanges ? (scenarioOrChanges as Scenario) : scenarioOf(scenarioOrChanges);
  const run = await startRun(scenario, { virtual: true, ...options, onEvent: (event) => events.push(event) });
  const history = new History(run.specs, run.ended);
  run.subscribe(history.append);
  during(run);
  const summary = await run.finished;
  return { run, scenario, events, history, source: toSource(run), summary };
}

/** A run as a source without its live part. */
export function toSource({ record: kept, scenario, specs, journal }: Run): MonitorSource {
  return { record: kept, scenario, specs, machines: {}, journal };
}

/** A live part whose time is that of the last event appended to a history. */
export function liveAt(history: History): LiveSource {
  return {
    elapsed: () => history.at,
    subscribe: () => () => {},
    watch: () => () => {},
    models: () => [],
    budgets: () => [],
    approvals: () => [],
    send: () => 0,
    view: () => undefined,
    inspect: () => () => {},
  };
}

/** The same run with a history that has nothing yet, as if it were just beginning. */
export function asLive({ source }: Pick<Recorded, 'source'>): { source: MonitorSource; history: History } {
  const history = new History(source.specs);
  return { source: { ...source, live: liveAt(history) }, history };
}

const GROUP: GroupSpec = {
  name: 'a',
  members: { kind: 'count', count: 1 },
  model: 'model',
  tools: [],
  instructions: '',
  observe: { items: [], inbox: false },
  limits: { turns: 8, identicalCalls: 3, wallMs: 1_000 },
  restart: 'temporary',
  retries: 0,
};

/** Agents `a/0`, `a/1`, ..., and after them as many of each other group. */
export function specsOf(count: number, groups: readonly string[] = ['a']): AgentSpec[] {
  return groups.flatMap((name) => {
    const group = { ...GROUP, name };
    return Array.from({ length: count }, (_, index) => ({ id: `${name}/${index}`, group, index, row: {}, items: [] }));
  });
}

/** A source that knows nothing but its agents. */
export function sourceOf(specs: readonly AgentSpec[], changes: Partial<MonitorSource> = {}): MonitorSource {
  const kept = { id: 'r1', scenario: 's', status: 'done', seed: 1, startedAt: 'then', recordedAt: 'then' } as const;
  return {
    record: { ...kept, virtual: true, agents: specs.length, folder: '/', source: '' },
    scenario: { params: {} },
    specs,
    machines: {},
    journal: async () => [],
    ...changes,
  };
}

/** Any events in any order, of known and unknown agents, at times that never go down. */
export function anyEvents(agents: readonly string[], maxLength = 80): fc.Arbitrary<RunEvent[]> {
  const one = fc.record({
    type: fc.constantFrom(...EVENT_TYPES),
    agent: fc.constantFrom(...agents, 'user', 'gone/7'),
    n: fc.nat({ max: 12 }),
    // Mostly at the same moment as the one before.
    later: fc.constantFrom(0, 0, 0, 1, 60, 130, 5_000),
  });
  return fc.array(one, { maxLength }).map((drawn) => {
    let at = 0;
    return drawn.map(({ type, agent, n, later }, i) => {
      at += later;
      return { seq: i + 1, at, ...factOf(type, agent, n) } as RunEvent;
    });
  });
}

/** An event without what no journal says: the deadlines of calls. */
export function asJournalled(event: RunEvent): RunEvent {
  if (event.type !== 'tool.started') return event;
  const { timeoutMs: _, ...known } = event;
  return known;
}

/** Appends the same event so many times, with times that go up by `stepMs`. */
export function appendMany(history: History, count: number, fact: RunFact, stepMs = 1): void {
  const from = history.last;
  for (let i = 0; i < count; i++) {
    history.append({ seq: from + i + 1, at: (from + i) * stepMs, ...fact } as RunEvent);
  }
}
