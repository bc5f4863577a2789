import type { Actor } from 'xstate';
import { toAgentView } from '../agent/agent-view.ts';
import { type AgentContext, createContext } from '../agent/context.ts';
import type { AgentMachine } from '../agent/machine.ts';
import type { AgentSpec, AgentView, Message } from '../protocol.ts';
import type { Recipient } from './directory.ts';

/** What a child tells its supervisor. */
export interface Parent {
  woken(child: Child): void;
  ended(child: Child): void;
  faulted(child: Child, thrown: unknown): void;
}

/** One agent and its actor; also the actor's observer and the address's recipient, so that none of it needs closures. */
export class Child implements Recipient {
  readonly spec: AgentSpec;
  readonly actor: Actor<AgentMachine>;
  readonly #parent: Parent;

  constructor(spec: AgentSpec, actor: Actor<AgentMachine>, parent: Parent) {
    this.spec = spec;
    this.actor = actor;
    this.#parent = parent;
  }

  /** An agent that failed while its actor was being made has no context of its own yet. */
  get context(): AgentContext {
    return (this.actor.getSnapshot().context as AgentContext | undefined) ?? createContext({ spec: this.spec });
  }

  view(): AgentView {
    return toAgentView(this.actor.sessionId, this.actor.getSnapshot(), this.spec.id);
  }

  waiting(): number {
    return this.context.mailbox.length;
  }

  receive(message: Message): void {
    this.#parent.woken(this);
    this.actor.send({ type: 'message', message });
  }

  pause(): void {
    this.actor.send({ type: 'pause' });
  }

  resume(): void {
    this.#parent.woken(this);
    this.actor.send({ type: 'resume' });
  }

  complete(): void {
    this.#parent.ended(this);
  }

  error(thrown: unknown): void {
    this.#parent.faulted(this, thrown);
  }
}
