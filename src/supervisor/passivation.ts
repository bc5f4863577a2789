import type { AgentEnvironment } from '../agent/environment.ts';
import { type ResumedAgent, START } from '../agent/resumed-agent.ts';
import type { Timer } from '../base/clock.ts';
import { toErrorInfo } from '../base/errors.ts';
import { LOOP_SLICE, SEEN_MAX } from '../base/limits.ts';
import type { AgentSpec, ErrorInfo, JournalRecord, MemorySnapshot } from '../protocol.ts';
import { toMail } from './resume.ts';

/** What passivation needs of the supervisor that owns the agents. */
export interface Dormitory {
  /** The agent runs, has nothing to do and nothing waits for it: it may be taken away. */
  maySleep(agent: string): boolean;
  /** Takes its actor away; its address stays, and what is sent to it waits. */
  vacate(agent: string): void;
  start(spec: AgentSpec, life: ResumedAgent): void;
  /** It cannot be woken. */
  fail(agent: string, error: ErrorInfo): void;
}

interface Resting {
  readonly spec: AgentSpec;
  readonly dueAt: number;
}

/**
 * Lets agents that have long had nothing to do leave the process: memory has them, and a message wakes them. How many
 * agents there can be is then a matter of the disk.
 */
export class Passivation {
  readonly #env: AgentEnvironment;
  readonly #dormitory: Dormitory;
  /** By how long they rest before they sleep; within that in the order in which they became idle. */
  readonly #resting = new Map<number, Map<string, Resting>>();
  readonly #asleep = new Map<string, AgentSpec>();
  readonly #waking = new Set<string>();
  #timer: Timer | undefined;
  /** When the timer is due, on the run's clock. */
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(env: AgentEnvironment, dormitory: Dormitory) {
    this.#env = env;
    this.#dormitory = dormitory;
  }

  /** Agents that sleep, those being woken too. */
  get size(): number {
    return this.#asleep.size;
  }

  /** Somebody is being woken. */
  get isWaking(): boolean {
    return this.#waking.size > 0;
  }

  /** In the order in which they fell asleep. */
  ids(): string[] {
    return [...this.#asleep.keys()];
  }

  /** An agent has nothing to do from now on. */
  rest(spec: AgentSpec): void {
    const { idleAfterMs } = spec.group;
    if (idleAfterMs === undefined) return;
    const lane = this.#resting.get(idleAfterMs) ?? new Map<string, Resting>();
    this.#resting.set(idleAfterMs, lane);
    lane.delete(spec.id);
    lane.set(spec.id, { spec, dueAt: this.#env.clock.elapsed() + idleAfterMs });
    this.#arm();
  }

  /** An agent that has nothing to do but to wait for messages sleeps from the start: it need not even be made. */
  sleepFromStart(spec: AgentSpec): boolean {
    if (spec.group.idleAfterMs === undefined || spec.items.length > 0 || !spec.group.observe.inbox) return false;
    this.#asleep.set(spec.id, spec);
    this.#env.emit({ type: 'agent.passivated', agent: spec.id });
    return true;
  }

  /** An agent that sleeps has got a message. */
  wake(agent: string): void {
    const spec = this.#asleep.get(agent);
    if (spec === undefined || this.#waking.has(agent)) return;
    this.#waking.add(agent);
    this.#recall(agent).then(
      (life) => {
        this.#waking.delete(agent);
        // It may have been stopped meanwhile.
        if (!this.#asleep.delete(agent)) return;
        this.#env.emit({ type: 'agent.woken', agent });
        this.#dormitory.start(spec, life);
      },
      (error) => {
        this.#waking.delete(agent);
        if (this.#asleep.delete(agent)) this.#dormitory.fail(agent, toErrorInfo(error));
      },
    );
  }

  /** It will not be woken any more. @returns Whether it slept. */
  forget(agent: string): boolean {
    for (const lane of this.#resting.values()) lane.delete(agent);
    return this.#asleep.delete(agent);
  }

  /** Writes down the end of an agent that sleeps. */
  async end(agent: string, status: 'done' | 'stopped' = 'stopped'): Promise<void> {
    const { store, run, clock } = this.#env;
    const before = await store.snapshot(run, agent);
    const at = clock.elapsed();
    const none = { agent, turn: 0, step: 0, taken: 0, answered: true } as const;
    const snapshot: MemorySnapshot = { ...(before ?? none), status, at };
    const journal = [{ type: 'ended' as const, turn: snapshot.turn, at, status }];
    await store.append(run, agent, { journal, transcript: [], snapshot });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#resting.clear();
  }

  async #recall(agent: string): Promise<ResumedAgent> {
    const { store, run } = this.#env;
    const snapshot = await store.snapshot(run, agent);
    if (snapshot === undefined) return { point: START, transcript: [], mailbox: [], seen: new Set() };
    const { journal, transcript, trimmed } = await store.history(run, agent);
    const { turn, step, taken, observations = taken, messages = 0, setAside, spent, condensed, topics } = snapshot;
    const question = transcript.findLast((message) => message.role === 'user')?.content ?? '';
    const point = { ...START, turn, step, taken, observations, messages, question };
    const kept = {
      ...(setAside !== undefined && { setAside }),
      ...(spent && { spent }),
      ...(condensed && { condensed }),
      ...(topics && { topics }),
      ...(trimmed !== undefined && { forgotten: trimmed }),
    };
    return { point, transcript, mailbox: [], seen: toTaken(journal, turn), ...kept };
  }

  #arm(): void {
    let first = Number.POSITIVE_INFINITY;
    for (const lane of this.#resting.values()) {
      const [next] = lane.values();
      if (next !== undefined) first = Math.min(first, next.dueAt);
    }
    if (first >= this.#armedFor) return;
    this.#timer?.cancel();
    this.#armedFor = first;
    this.#timer = this.#env.clock.setTimer(Math.max(0, first - this.#env.clock.elapsed()), this.#layDown);
  }

  readonly #layDown = (): void => {
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#env.clock.elapsed();
    for (const lane of this.#resting.values()) this.#layDownDue(lane, now);
    this.#arm();
  };

  #layDownDue(lane: Map<string, Resting>, now: number): void {
    let count = 0;
    for (const [agent, { spec, dueAt }] of lane) {
      // Ten thousand that became idle together do not keep the event loop from the others.
      if (dueAt > now || count === LOOP_SLICE) break;
      count++;
      lane.delete(agent);
      if (!this.#dormitory.maySleep(agent)) continue;
      this.#dormitory.vacate(agent);
      this.#asleep.set(agent, spec);
      this.#env.emit({ type: 'agent.passivated', agent });
    }
  }
}

/** What it has had: what has come in its sleep is brought to it as new. */
function toTaken(journal: readonly JournalRecord[], turn: number): Set<string> {
  const { waiting, received } = toMail(journal, turn);
  const taken = new Set(received.slice(-SEEN_MAX));
  for (const { id } of waiting) taken.delete(id);
  return taken;
}
