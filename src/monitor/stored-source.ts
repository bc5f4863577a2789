import { type Damage, describeDamage } from '../memory/lmdb/damage.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { LETTERS_OWNER } from '../messaging/dead-letters.ts';
import type { AgentSpec, DeadLetter, GroupSpec, Json, RunEvent, RunFact, RunRecord, Scenario } from '../protocol.ts';
import { expandAgents } from '../scenario/expand.ts';
import { parseScenario, ScenarioError } from '../scenario/load.ts';
import { History } from './history/history.ts';
import type { MonitorSource } from './source.ts';
import { AGENT_STATES, type AgentState } from './states.ts';
import { toDeadLetters } from './to-dead-letters.ts';
import { toEvents } from './to-events.ts';

export interface StoredRun {
  readonly source: MonitorSource;
  readonly history: History;
}

/**
 * Reads a stored run's events from its agents' journals, and its dead letters. Of an agent that is damaged it tells that it has failed, and
 * nothing else: what can be read of it may not make sense.
 *
 * @param machines XState machine configurations by their ids.
 * @param onProgress Called with how many agents of how many have been read.
 * @param damages What the store has told so far; default: it rejects.
 * @throws {TroupeError} `STORE_FAILED` if a record is damaged, and the store rejects.
 */
export async function readStoredRun(
  store: MemoryStore,
  record: RunRecord,
  machines: Readonly<Record<string, Json>>,
  onProgress: (read: number, agents: number) => void = () => {},
  damages: () => readonly Damage[] = () => [],
): Promise<StoredRun> {
  const { scenario, specs, questions } = await recall(store, record);
  const lost = new Set<string>();
  const source: MonitorSource = {
    record,
    scenario,
    specs,
    machines,
    journal: async (agent) => (lost.has(agent) ? [] : store.journal(record.id, agent)),
  };
  const byAgent = new History(specs, undefined, Number.POSITIVE_INFINITY);
  byAgent.append({ seq: 1, at: 0, type: 'run.started', run: record.id, ...toStart(record) });
  const letters = await readLetters(store, record.id);
  for (const [position, spec] of specs.entries()) {
    const journal = await store.journal(record.id, spec.id);
    const damage = damages().find(({ run, agent }) => run === record.id && agent === spec.id);
    if (damage !== undefined) lost.add(spec.id);
    const events = damage === undefined ? toEvents(spec, journal, questions) : toLostEvents(spec, damage);
    for (const event of events) byAgent.append(event);
    if (damage === undefined) for (const letter of toDeadLetters(journal)) letters.set(letter.message.id, letter);
    onProgress(position + 1, specs.length);
  }
  for (const letter of letters.values()) byAgent.append({ seq: 0, at: letter.at, type: 'message.dead', letter });
  const history = byAgent.sorted();
  if (record.status !== 'running') end(history, record, specs);
  return { source, history };
}

/** Those that have not been sent again, by the ids of their messages, oldest first. */
async function readLetters(store: MemoryStore, run: string): Promise<Map<string, DeadLetter>> {
  const notes = await store.notes(run, LETTERS_OWNER);
  const letters = notes.map(({ text }) => JSON.parse(text) as DeadLetter);
  return new Map(letters.map((letter) => [letter.message.id, letter]));
}

function toLostEvents({ id: agent, group }: AgentSpec, damage: Damage): RunEvent[] {
  const error = { code: 'STORE_FAILED', message: `Cannot read ${describeDamage(damage)}: ${damage.problem}` };
  return [
    { seq: 1, at: 0, type: 'agent.started', agent, group: group.name },
    { seq: 2, at: 0, type: 'agent.ended', agent, status: 'failed', turns: 0, criticalPathMs: 0, error },
  ];
}

/** Whoever had not ended when the run did was stopped by that, which leaves no record: it can be resumed. */
function end(history: History, { status }: RunRecord, specs: readonly AgentSpec[]): void {
  const { at } = history;
  const { states } = history.foldAt(history.last);
  const tell = (fact: RunFact) => history.append({ seq: history.last + 1, at, ...fact });
  if (status === 'interrupted') tell({ type: 'run.draining', reason: 'it was interrupted' });
  for (const [position, agent] of history.agents.entries()) {
    // Nobody has asked for it.
    if (specs[position]?.isReserved === true && states[position] === 0) continue;
    if (ENDED.has(AGENT_STATES[states[position] ?? 0] ?? 'unstarted')) continue;
    tell({ type: 'agent.ended', agent, status: 'stopped', turns: 0, criticalPathMs: 0 });
  }
  tell({ type: 'run.finished', status });
}

const ENDED: ReadonlySet<AgentState> = new Set(['done', 'failed', 'stopped']);

function toStart({ scenario, seed, virtual, agents, startedAt }: RunRecord) {
  return { scenario, seed, virtual, agents, startedAt };
}

interface Recalled {
  readonly scenario: Pick<Scenario, 'about' | 'params'>;
  readonly specs: readonly AgentSpec[];
  /** Names of the tools that ask a person. */
  readonly questions: ReadonlySet<string>;
}

/** Who took part. A file of rows that has gone since takes their rows along, but not what they did. */
async function recall(store: MemoryStore, record: RunRecord): Promise<Recalled> {
  try {
    const scenario = parseScenario(record.source, { name: `run ${record.id}`, folder: record.folder });
    const questions = Object.entries(scenario.tools).filter(([, { approval }]) => approval?.kind === 'question');
    return { scenario, specs: await expandAgents(scenario), questions: new Set(questions.map(([name]) => name)) };
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const snapshots = await store.snapshots(record.id);
    const groups = new Map<string, GroupSpec>();
    const specs = snapshots.map(({ agent }) => {
      const cut = agent.lastIndexOf('/');
      const name = agent.slice(0, cut);
      const group = groups.get(name) ?? unknownGroup(name);
      groups.set(name, group);
      return { id: agent, group, index: Number(agent.slice(cut + 1)), row: {}, items: [] };
    });
    return { scenario: { params: {} }, specs, questions: new Set() };
  }
}

function unknownGroup(name: string): GroupSpec {
  return {
    name,
    members: { kind: 'count', count: 0 },
    model: '',
    tools: [],
    instructions: '',
    observe: { items: [], inbox: false },
    limits: { turns: 0, identicalCalls: 0, wallMs: 0 },
    restart: 'temporary',
    retries: 0,
  };
}
