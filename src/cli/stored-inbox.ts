import { findMisfit } from '../agent/approval.ts';
import type { CutTurn } from '../agent/resumed-agent.ts';
import { TroupeError } from '../base/errors.ts';
import { loadEnv } from '../base/load-env.ts';
import { createSecretFilter } from '../base/secret-filter.ts';
import { findHolder } from '../memory/lmdb/directory-lock.ts';
import { openLmdbStore } from '../memory/lmdb.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import { toCallName, toRecord } from '../people/to-record.ts';
import type {
  ApprovalRecord,
  JsonObject,
  PersonAnswer,
  RunRecord,
  Scenario,
  WaitingApproval,
  WaitingCallId,
} from '../protocol.ts';
import { expandAgents } from '../scenario/expand.ts';
import { parseScenario } from '../scenario/load.ts';
import { findRemaining } from '../supervisor/resume.ts';
import { createTools } from '../tools/registry.ts';
import { createDamageList } from './damage-list.ts';
import { toDataOption } from './data-option.ts';
import { findRun } from './find-run.ts';
import type { OpenInbox } from './open-inbox.ts';

/** A call that waits, with what its agent knows it by. */
interface StoredCall {
  readonly view: WaitingApproval;
  /** The decision's id of it. */
  readonly call: string;
}

/**
 * The calls that wait in a run that no process runs: what is answered goes into memory, and `troupe resume` goes on by it.
 *
 * @param options.isWritten Something will be answered; only then the data directory is taken.
 * @throws {TroupeError} `RUN_NOT_FOUND`; `STORE_BUSY` if a process runs it that is to be asked instead; `USAGE` if it has ended.
 */
export async function openStoredInbox(
  name: string,
  { data, isWritten }: { readonly data: string; readonly isWritten: boolean },
): Promise<OpenInbox> {
  const holder = isWritten ? findHolder(data) : undefined;
  if (holder !== undefined) throw toBusy(name, data, holder);
  const damage = createDamageList();
  const store = await openLmdbStore(data, { readOnly: !isWritten, onDamage: damage.add });
  try {
    const record = await findRun(store, data, name, damage);
    if (record.status !== 'running' && record.status !== 'interrupted') {
      throw new TroupeError('USAGE', `Cannot open the inbox of run "${record.id}": it has ended as ${record.status}`);
    }
    const scenario = parseScenario(record.source, { name: `run ${record.id}`, folder: record.folder });
    const waiting = await findWaiting(store, record, scenario);
    const notes = damage.lines(damage.of(record.id));
    const runner = findHolder(data);
    if (!isWritten && runner !== undefined) {
      notes.push(`Process ${runner} is running in "${data}": its calls are answered by the address of its monitor.`);
    }
    if (notes.length > 0) process.stderr.write(`${notes.join('\n')}\n`);
    return new StoredInbox({ store, record, scenario, data, ...waiting });
  } catch (error) {
    await store.close();
    throw error;
  }
}

function toBusy(name: string, data: string, holder: number): TroupeError {
  const state = `process ${holder} is running in "${data}"`;
  return new TroupeError(
    'STORE_BUSY',
    `Cannot answer in run "${name}": ${state}; give the address that "troupe run --monitor-control" printed instead`,
  );
}

/** As agents will find them when the run is resumed. */
async function findWaiting(
  store: MemoryStore,
  { id }: RunRecord,
  scenario: Scenario,
): Promise<Pick<Stored, 'calls' | 'past' | 'at'>> {
  const { resumed, storedAt } = await findRemaining(store, id, await expandAgents(scenario));
  const calls: StoredCall[] = [];
  const past = new Map<string, string>();
  for (const [agent, { cut, point }] of resumed) {
    if (cut === undefined) continue;
    calls.push(...toCalls(cut, agent, point.turn + 1, scenario));
    for (const { callId, answer } of cut.approvals?.calls.values() ?? []) {
      if (answer !== undefined) past.set(toCallName({ agent, callId }), toPast(answer));
    }
  }
  return { calls, past, at: storedAt };
}

function toPast({ answer, by }: ApprovalRecord): string {
  return `it was ${answer} by ${by}; nothing is left to answer`;
}

function toCalls(
  { decision, approvals, outcomes }: CutTurn,
  agent: string,
  turn: number,
  { tools }: Scenario,
): StoredCall[] {
  return decision.toolCalls.flatMap(({ id, name, args }): StoredCall[] => {
    const asked = approvals?.calls.get(id);
    if (asked === undefined || asked.answer !== undefined || outcomes.has(id)) return [];
    const { callId, askedAt: since, deadlineAt } = asked;
    const kind = tools[name]?.approval?.kind ?? 'approval';
    const { question } = args;
    const view: WaitingApproval = {
      ...{ agent, callId, kind, tool: name, turn, args, since },
      ...(kind === 'question' && typeof question === 'string' && { question }),
      ...(deadlineAt !== undefined && { deadlineAt }),
    };
    return [{ view, call: id }];
  });
}

interface Stored {
  readonly store: MemoryStore;
  readonly record: RunRecord;
  readonly scenario: Scenario;
  readonly calls: readonly StoredCall[];
  /** What has become of others, by their names. */
  readonly past: Map<string, string>;
  readonly at: number;
  readonly data: string;
}

class StoredInbox implements OpenInbox {
  readonly #stored: Stored;
  /** Those not yet answered, by their names. */
  readonly #open: Map<string, StoredCall>;

  constructor(stored: Stored) {
    this.#stored = stored;
    this.#open = new Map(stored.calls.map((call) => [toCallName(call.view), call]));
  }

  get run(): string {
    return this.#stored.record.id;
  }

  get scenario(): string {
    return this.#stored.record.scenario;
  }

  get status(): RunRecord['status'] {
    return this.#stored.record.status;
  }

  get at(): number {
    return this.#stored.at;
  }

  get waiting(): readonly WaitingApproval[] {
    return [...this.#open.values()].map(({ view }) => view);
  }

  get total(): number {
    return this.#open.size;
  }

  get resume(): string {
    return `troupe resume ${this.run}${toDataOption(this.#stored.data)}`;
  }

  async answer(id: WaitingCallId, given: PersonAnswer): Promise<void> {
    const name = toCallName(id);
    const { scenario, store, at, past } = this.#stored;
    const call = this.#open.get(name);
    if (call === undefined) {
      const state = past.get(name) ?? 'it does not wait; the inbox lists the calls that do';
      throw new TroupeError('APPROVAL_UNKNOWN', `Cannot answer "${name}": ${state}`);
    }
    loadEnv(['.', scenario.folder]);
    const { view } = call;
    const { args } = given;
    const problem = args === undefined ? undefined : await findProblem(scenario, view, args);
    const record = createSecretFilter().json(toRecord(view, given, () => problem));
    // Downtime is no time of the run's: it was answered when it was stopped.
    const answered = { type: 'approval.answered' as const, turn: view.turn, at, call: call.call, ...record };
    await store.append(this.run, view.agent, { journal: [answered], transcript: [] }, { awaited: true });
    this.#open.delete(name);
    past.set(name, toPast(record));
  }

  close(): Promise<void> {
    return this.#stored.store.close();
  }
}

/** What is wrong with other arguments for a call. The tool is opened for it: a server or a module alone knows its parameters. */
async function findProblem(
  { tools, params }: Scenario,
  { tool: name }: WaitingApproval,
  args: JsonObject,
): Promise<string | undefined> {
  const declared = tools[name];
  const isOne = declared !== undefined && !('module' in declared) && !('mcp' in declared);
  const needed = isOne ? { [name]: declared } : tools;
  const toolbox = await createTools(needed, { params, virtual: false, tell: () => {} });
  try {
    const tool = toolbox.tools.get(name);
    if (tool === undefined)
      return `tool "${name}" is not declared in the scenario, and only the program that has it knows`;
    return findMisfit(tool, args, createSecretFilter());
  } finally {
    await toolbox.close();
  }
}
