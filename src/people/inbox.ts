import { TroupeError } from '../base/errors.ts';
import { APPROVALS_REMEMBERED } from '../base/limits.ts';
import type { ApprovalRecord, JsonObject, PersonAnswer, WaitingApproval, WaitingCallId } from '../protocol.ts';
import { toCallName, toRecord } from './to-record.ts';

/** A call that waits for a person, as whoever made it sees it. */
export interface WaitingCall {
  readonly view: WaitingApproval;
  /** Something will become of it without a person: it has a deadline, or a simulated person answers. */
  readonly isTimed: boolean;
  /** What is wrong with other arguments for it; undefined: they fit. */
  problem(args: JsonObject): string | undefined;
  /** Goes on with an answer. Called once, if at all. */
  settle(record: ApprovalRecord): void;
}

/** What waits of one agent. */
export interface Held {
  readonly calls: number;
  /** Something will become of one of them without a person. */
  readonly isTimed: boolean;
}

/** All calls of a run that wait for a person: each is answered once, by whoever comes first. */
export class Inbox {
  /** By agent, in the order in which they began to wait; by call id. */
  readonly #waiting = new Map<string, Map<string, WaitingCall>>();
  /** What has become of the last ones that waited, by name. */
  readonly #past = new Map<string, string>();
  #size = 0;
  #endless = 0;
  #onHeld: (agent: string) => void = () => {};

  /** Calls that wait. */
  get size(): number {
    return this.#size;
  }

  /** Of these, calls of which nothing will become without a person. */
  get endless(): number {
    return this.#endless;
  }

  /** Agents of which at least one call waits. */
  agents(): string[] {
    return [...this.#waiting.keys()];
  }

  get agentCount(): number {
    return this.#waiting.size;
  }

  /** Undefined: nothing waits of this agent. */
  heldOf(agent: string): Held | undefined {
    const calls = this.#waiting.get(agent);
    if (calls === undefined) return undefined;
    let isTimed = false;
    for (const call of calls.values()) isTimed ||= call.isTimed;
    return { calls: calls.size, isTimed };
  }

  /** Of one agent, or of all; by agent in the order in which these began to wait. */
  list(agent?: string): WaitingApproval[] {
    const of = agent === undefined ? [...this.#waiting.values()] : [this.#waiting.get(agent) ?? new Map()];
    return of.flatMap((calls) => [...calls.values()].map(({ view }) => view));
  }

  /** Calls `listener` with an agent that cannot go on before a person has answered one of its calls. One at a time. */
  watch(listener: (agent: string) => void): void {
    this.#onHeld = listener;
  }

  /** The agent cannot go on before a person has answered. */
  held(agent: string): void {
    this.#onHeld(agent);
  }

  add(call: WaitingCall): void {
    const { agent, callId } = call.view;
    const calls = this.#waiting.get(agent) ?? new Map<string, WaitingCall>();
    this.#waiting.set(agent, calls);
    calls.set(callId, call);
    this.#past.delete(toCallName(call.view));
    this.#size++;
    if (!call.isTimed) this.#endless++;
  }

  /** It does not wait any more, and nobody has answered. @param why Such as `its agent was stopped`. */
  withdraw(call: WaitingCall, why: string): void {
    this.#remove(call, why);
  }

  /** Settles a call that waits, without asking whether the answer fits; nothing if it does not wait any more. */
  settle(call: WaitingCall, record: ApprovalRecord): void {
    const by = record.by === 'deadline' ? 'when its time was over' : `by ${record.by}`;
    if (this.#remove(call, `it was ${record.answer} ${by}`)) call.settle(record);
  }

  /** @throws {TroupeError} `APPROVAL_UNKNOWN` with what has become of it; `USAGE`, `TOOL_ARGUMENTS`: see `toRecord`. */
  answer(id: WaitingCallId, answer: PersonAnswer): void {
    const call = this.#waiting.get(id.agent)?.get(id.callId);
    if (call === undefined) throw this.#unknown(id);
    this.settle(
      call,
      toRecord(call.view, answer, (args) => call.problem(args)),
    );
  }

  /** Calls of a tool that wait for an approval. */
  ofTool(tool: string): WaitingCallId[] {
    return this.list().flatMap(({ agent, callId, kind, ...view }) =>
      view.tool === tool && kind === 'approval' ? [{ agent, callId }] : [],
    );
  }

  #unknown(id: WaitingCallId): TroupeError {
    const name = toCallName(id);
    const past = this.#past.get(name);
    const waiting = this.#size === 0 ? 'no call waits' : `the calls that wait are in the inbox, ${this.#size} in all`;
    const state = past === undefined ? `no such call waits; ${waiting}` : `${past}; nothing is left to answer`;
    return new TroupeError('APPROVAL_UNKNOWN', `Cannot answer "${name.slice(0, 200)}": ${state}`);
  }

  #remove(call: WaitingCall, why: string): boolean {
    const { agent, callId } = call.view;
    const calls = this.#waiting.get(agent);
    if (calls?.get(callId) !== call) return false;
    calls.delete(callId);
    if (calls.size === 0) this.#waiting.delete(agent);
    this.#size--;
    if (!call.isTimed) this.#endless--;
    const name = toCallName(call.view);
    this.#past.delete(name);
    this.#past.set(name, why);
    const [oldest] = this.#past.keys();
    if (this.#past.size > APPROVALS_REMEMBERED && oldest !== undefined) this.#past.delete(oldest);
    return true;
  }
}
