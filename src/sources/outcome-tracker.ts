import type { ErrorInfo, Message, Observation, RunEvent } from '../protocol.ts';
import { type Entry, isSettled, type Outcomes } from './outcomes.ts';

/**
 * Reads in a run's events what becomes of the items that were pushed. Contract: `take` gets every event, in order.
 *
 * An item is answered by the agent that observes it, or by the one to whom that hands it over; not by those to whom wiring
 * brings the answer.
 */
export class OutcomeTracker {
  readonly #outcomes: Outcomes;
  /** What agents work on, by agent. */
  readonly #current = new Map<string, string>();
  #isDraining = false;

  constructor(outcomes: Outcomes) {
    this.#outcomes = outcomes;
  }

  /** The run is about to end: what is not settled goes on when it is resumed. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Somebody reads what the agent's model writes. */
  isRead(agent: string): boolean {
    const id = this.#current.get(agent);
    return id !== undefined && this.#outcomes.isRead(id);
  }

  /** An agent goes on with what it worked on in an earlier life of the run. */
  goOn(agent: string, id: string): void {
    this.#current.set(agent, id);
  }

  readonly take = (event: RunEvent): void => {
    switch (event.type) {
      case 'message.sent':
        this.#sent(event.message);
        break;
      case 'agent.observed':
        this.#observed(event.agent, event.turn, event.observation);
        break;
      case 'agent.streamed': {
        const id = this.#current.get(event.agent);
        if (id !== undefined) this.#outcomes.write(id, event.text, event.turn);
        break;
      }
      case 'agent.replied':
        this.#end(event.agent, (entry) => toAnswer(entry, event));
        break;
      case 'agent.set-aside': {
        const { error, turn } = event;
        this.#end(event.agent, (entry) => ({ status: 'failed', error, turns: turnsOf(entry, turn) }));
        break;
      }
      case 'agent.waiting':
        // It may also wait to go on with it.
        if (event.for === 'a message') this.#end(event.agent, () => ({ status: 'done' }));
        break;
      case 'agent.ended':
        this.#ended(event);
        break;
      case 'message.dead':
        this.#died(event.letter.message, event.letter.reason);
        break;
      case 'run.draining':
        this.#isDraining = true;
        break;
      case 'run.finished':
        if (event.status !== 'interrupted') this.#giveUp();
        break;
    }
  };

  /** One who waits for a message observes it before it is told that it was sent. */
  #sent(message: Message): void {
    const { id, kind, from, to, causation, user } = message;
    if (this.#outcomes.ofMessage(id)?.message === id) return;
    if (kind === 'handoff' && causation !== undefined) this.#handOver(causation, message);
    if (kind !== 'input' || !from.startsWith('source:')) return;
    const whom = user === undefined ? {} : { user };
    const entry = this.#outcomes.ofMessage(id);
    if (entry !== undefined && entry.status === 'waiting') {
      if (entry.agent === to) return;
      this.#outcomes.change(entry.id, { status: 'waiting', agent: to, ...whom });
      return;
    }
    // A dead letter that is sent again bears its id with a number.
    const [, first] = /^(.*)~\d+$/.exec(id) ?? [];
    const dead = first === undefined ? undefined : this.#outcomes.ofMessage(first);
    if (dead !== undefined && isSettled(dead.status)) {
      this.#outcomes.change(dead.id, { status: 'waiting', agent: to, message: id, ...whom });
    }
  }

  #handOver(causation: string, { id, to }: Message): void {
    const entry = this.#outcomes.ofMessage(causation);
    if (entry === undefined || isSettled(entry.status)) return;
    if (entry.agent !== undefined) this.#current.delete(entry.agent);
    this.#outcomes.change(entry.id, { status: 'waiting', agent: to, message: id });
  }

  #observed(agent: string, turn: number, { kind, message }: Observation): void {
    // It goes on with what it has.
    if (kind === 'results' || kind === 'correction') return;
    if (message !== undefined) this.#sent(message);
    const entry = message === undefined ? undefined : this.#outcomes.ofMessage(message.id);
    // It is tried again after a failure.
    if (entry !== undefined && this.#current.get(agent) === entry.id) return;
    // What came before was ended without a word.
    this.#end(agent, () => ({ status: 'done' }));
    if (entry === undefined || isSettled(entry.status)) return;
    this.#current.set(agent, entry.id);
    this.#outcomes.change(entry.id, { status: 'working', agent, firstTurn: turn });
  }

  #ended({ agent, status, error }: RunEvent & { type: 'agent.ended' }): void {
    // It goes on with it when the run is resumed.
    if (status === 'stopped' && this.#isDraining) return;
    const told = error ?? { code: 'ABORTED', message: `Cannot answer: agent "${agent}" was stopped` };
    this.#end(agent, () => (status === 'done' ? { status } : { status: 'failed', error: told }));
  }

  #died(message: Message, reason: string): void {
    // The agent's own word for it follows.
    if (reason === 'set-aside') return;
    const entry = this.#outcomes.ofMessage(message.id);
    if (entry === undefined || isSettled(entry.status)) return;
    this.#outcomes.change(entry.id, { status: 'dead', error: toDeadError(message.to, reason) });
  }

  /** The run will not go on. */
  #giveUp(): void {
    const error: ErrorInfo = { code: 'ABORTED', message: 'Cannot answer: the run has ended' };
    for (const { id } of this.#outcomes.open()) this.#outcomes.change(id, { status: 'failed', error });
  }

  #end(agent: string, toEnd: (entry: Entry) => Partial<Entry>): void {
    const id = this.#current.get(agent);
    if (id === undefined) return;
    this.#current.delete(agent);
    const entry = this.#outcomes.get(id);
    if (entry !== undefined && !isSettled(entry.status)) this.#outcomes.change(id, toEnd(entry));
  }
}

/** Why nobody observes a message. */
export function toDeadError(to: string, reason: string): ErrorInfo {
  return { code: 'ABORTED', message: `Cannot answer: "${to}" has not observed it (${reason}); it can be sent again` };
}

function turnsOf({ firstTurn }: Entry, turn: number): number {
  return firstTurn === undefined ? 1 : turn - firstTurn + 1;
}

function toAnswer(entry: Entry, { reply, output, turn }: RunEvent & { type: 'agent.replied' }): Partial<Entry> {
  const answer = { status: 'done', reply, turns: turnsOf(entry, turn) } as const;
  return output === undefined ? answer : { ...answer, output };
}
