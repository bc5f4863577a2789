import type { Actor } from 'xstate';
import { toAgentView } from '../agent/agent-view.ts';
import { type AgentContext, createContext } from '../agent/context.ts';
import type { AgentMachine } from '../agent/machine.ts';
import { isNewMessage } from '../agent/observe.ts';
import { Mailbox } from '../messaging/mailbox.ts';
import type { AgentSpec, AgentView, Message } from '../protocol.ts';
import type { Recipient } from './directory.ts';

/** What a child tells its supervisor. */
export interface Parent {
  /** Milliseconds on the run's clock. */
  elapsed(): number;
  woken(child: Child): void;
  ended(child: Child): void;
  faulted(child: Child, thrown: unknown): void;
}

/** Of one that has got nothing yet. */
const NEW = new Mailbox();

/** One agent and its actor; also the actor's observer and the address's recipient, so that none of it needs closures. */
export class Child implements Recipient {
  readonly spec: AgentSpec;
  readonly actor: Actor<AgentMachine>;
  /** It ends because nothing more will come, and is not started again for that. */
  isClosing = false;
  /** Its answer waits for room in others' mailboxes: it takes nothing new until then. */
  isTelling = false;
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
    return this.context.work.mailbox?.ready ?? 0;
  }

  wouldAdd(message: Message): boolean {
    return (this.context.work.mailbox ?? NEW).wouldAdd(message);
  }

  dropOldest(): readonly Message[] {
    const { work, turn } = this.context;
    const dropped = work.mailbox?.takeOldest() ?? [];
    const at = this.#parent.elapsed();
    for (const { id } of dropped) work.journal.push({ type: 'dropped', turn, at, message: id, reason: 'dropped' });
    return dropped;
  }

  /** Nothing more will come. @returns Whether it has ended by it. */
  close(): boolean {
    this.isClosing = true;
    this.actor.send({ type: 'close' });
    this.isClosing = this.actor.getSnapshot().status === 'done';
    return this.isClosing;
  }

  receive(message: Message, isNoted = false): void {
    // One that has come before changes nothing: an agent that has nothing to do would not say so again.
    if (!isNewMessage(this.context, message)) return;
    this.#parent.woken(this);
    this.actor.send(isNoted ? { type: 'message', message, isNoted } : { type: 'message', message });
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
