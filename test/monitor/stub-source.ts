import { History } from '../../src/monitor/history/history.ts';
import type { LiveSource, MonitorSource } from '../../src/monitor/source.ts';
import type {
  AgentSpec,
  AgentView,
  GroupSpec,
  InspectionStep,
  RunEvent,
  RunFact,
  RunRecord,
} from '../../src/protocol.ts';

const RECORD: RunRecord = {
  id: 'run-4711',
  scenario: 'front-office',
  status: 'running',
  seed: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  recordedAt: '2026-01-01T00:00:00.000Z',
  virtual: false,
  agents: 0,
  folder: '/',
  source: '',
};

export interface StubSource {
  readonly source: MonitorSource;
  readonly live: LiveSource;
  readonly history: History;
  /** Everybody who is subscribed now. */
  readonly listeners: ReadonlySet<(event: RunEvent) => void>;
  /** What is attached to the agents' machines now. */
  readonly inspector: { watches(agent: string): boolean; listener(step: InspectionStep): void } | undefined;
  /** Machines as they are; an agent without one has not started or has ended. */
  readonly views: Map<string, AgentView>;
  emit(fact: RunFact): void;
  /** An agent's machine takes a step, if somebody watches. */
  step(agent: string, event: { type: string }, value: string, context?: AgentView['context']): void;
}

/** A run that does what the test says: groups of so many agents each. */
export function stubSource(counts: Readonly<Record<string, number>>, send: LiveSource['send'] = () => 1): StubSource {
  const specs = Object.entries(counts).flatMap(([name, count]) => toSpecs(name, count));
  const history = new History(specs, undefined);
  const listeners = new Set<(event: RunEvent) => void>();
  const views = new Map<string, AgentView>();
  let inspector: StubSource['inspector'];
  let seq = 0;
  const live: LiveSource = {
    elapsed: () => seq,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watch: () => () => {},
    models: () => [],
    budgets: () => [],
    approvals: () => [],
    send,
    view: (agent) => views.get(agent),
    inspect(watches, listener) {
      inspector = { watches, listener };
      return () => {
        inspector = undefined;
      };
    },
  };
  return {
    source: {
      record: { ...RECORD, agents: specs.length },
      scenario: { params: {} },
      specs,
      machines: { agent: { id: 'agent', initial: 'observe' } },
      journal: async () => [],
      live,
    },
    live,
    history,
    listeners,
    views,
    get inspector() {
      return inspector;
    },
    emit(fact) {
      const event = { seq: ++seq, at: seq - 1, ...fact } as RunEvent;
      history.append(event);
      for (const listener of listeners) listener(event);
    },
    step(agent, event, value, context = {}) {
      const view: AgentView = { agent, sessionId: `x:${agent}`, status: 'active', value, context };
      views.set(agent, view);
      if (inspector?.watches(agent)) inspector.listener({ agent, event, view });
    },
  };
}

function toSpecs(name: string, count: number): AgentSpec[] {
  const group: GroupSpec = {
    name,
    members: { kind: 'count', count },
    model: 'clerk',
    tools: [],
    instructions: '',
    observe: { items: [], inbox: true },
    limits: { turns: 1, identicalCalls: 1, wallMs: 1 },
    restart: 'temporary',
    retries: 0,
  };
  return Array.from({ length: count }, (_, index) => ({ id: `${name}/${index}`, group, index, row: {}, items: [] }));
}
