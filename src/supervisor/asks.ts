import type { Clock } from '../base/clock.ts';
import { TroupeError } from '../base/errors.ts';
import { EARLY_REPLIES_MAX } from '../base/limits.ts';
import { type Wait, WaitGraph } from '../messaging/wait-graph.ts';
import type { RunFact } from '../protocol.ts';
import type { MailReply } from '../tools/tool.ts';

/** An ask whose answer somebody waits for. */
interface Pending {
  readonly from: string;
  readonly to: string;
  readonly resolve: (reply: MailReply) => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for whose answer. What would never be answered, since it goes in a circle, is refused at once. */
export class Asks {
  readonly #clock: Clock;
  readonly #emit: (fact: RunFact) => void;
  readonly #pending = new Map<string, Pending>();
  readonly #waits = new WaitGraph();
  /** Answers to asks that nobody waits for: whoever asked may ask again, when its turn was cut short. Oldest first. */
  readonly #early = new Map<string, MailReply>();

  constructor(clock: Clock, emit: (fact: RunFact) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Whose answers an agent waits for, oldest first. */
  of(agent: string): readonly Wait[] {
    return this.#waits.of(agent).filter(({ id }) => this.#pending.has(id));
  }

  /**
   * Begins to wait.
   *
   * @returns Ends it without an answer. Undefined: the answer is there already.
   * @throws {TroupeError} `DEADLOCK` if it would close a circle; nobody waits for it then.
   */
  open(id: string, pending: Pending): (() => void) | undefined {
    const early = this.#early.get(id);
    if (early !== undefined) {
      this.#early.delete(id);
      pending.resolve(early);
      return undefined;
    }
    this.#wait(id, pending, (circle) => `Cannot ask "${pending.to}": nobody would ever answer: ${circle}`);
    this.#pending.set(id, pending);
    return () => this.#forget(id);
  }

  /**
   * Begins to wait for room in somebody's mailbox, who takes nothing out of it while it waits itself.
   *
   * @returns Ends it.
   * @throws {TroupeError} `DEADLOCK` as `open`.
   */
  waitForRoom(id: string, whom: Pick<Pending, 'from' | 'to'>): () => void {
    this.#wait(id, whom, (circle) => `Cannot send to "${whom.to}": there would never be room: ${circle}`);
    return () => void this.#waits.remove(id);
  }

  #wait(id: string, { from, to }: Pick<Pending, 'from' | 'to'>, toProblem: (circle: string) => string): void {
    const cycle = this.#waits.add({ id, from, to, at: this.#clock.elapsed() });
    if (cycle === undefined) return;
    this.#emit({ type: 'message.deadlock', agents: cycle, broken: from });
    const circle = [...cycle.slice(1), from].map((agent) => `which waits for ${agent}`).join(', ');
    throw new TroupeError('DEADLOCK', toProblem(`${from} ${circle.replace(/^which /, '')}`));
  }

  /** @returns Whether somebody waited for it. */
  answer(id: string, reply: MailReply): boolean {
    const pending = this.#pending.get(id);
    if (pending !== undefined) {
      this.#forget(id);
      pending.resolve(reply);
      return true;
    }
    this.#early.set(id, reply);
    const [oldest] = this.#early.keys();
    if (this.#early.size > EARLY_REPLIES_MAX && oldest !== undefined) this.#early.delete(oldest);
    return false;
  }

  /** There will be no answer. */
  fail(id: string, to: string, reason: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#forget(id);
    pending.reject(new TroupeError('ASK_FAILED', `Cannot get an answer from "${to}": ${reason}`));
  }

  /** Whoever was asked has ended: those who wait for it hear so. */
  left(agent: string, reason: string): void {
    for (const [id, { to }] of this.#pending) if (to === agent) this.fail(id, agent, reason);
  }

  /** The one who was asked has handed it on. */
  move(id: string, to: string): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#waits.remove(id);
    this.#pending.set(id, { ...pending, to });
    const cycle = this.#waits.add({ id, from: pending.from, to, at: this.#clock.elapsed() });
    if (cycle === undefined) return;
    this.#emit({ type: 'message.deadlock', agents: cycle, broken: pending.from });
    this.fail(id, to, `it waits for ${pending.from}`);
  }

  #forget(id: string): void {
    this.#pending.delete(id);
    this.#waits.remove(id);
  }
}
