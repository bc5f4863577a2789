import { type Actor, createActor } from 'xstate';
import type { AgentInput } from '../agent/context.ts';
import { type AgentEnvironment, abortCalls } from '../agent/environment.ts';
import { type AgentMachine, createAgentLogic } from '../agent/machine.ts';
import { TroupeError } from '../base/errors.ts';
import { Child, type Parent } from './child.ts';
import { createHousehold } from './household.ts';

/** Makes agents' actors, and takes them away. */
export class Nursery {
  readonly #logic: AgentMachine;
  readonly #parent: Parent;
  readonly #household = createHousehold();

  constructor(env: AgentEnvironment, parent: Parent) {
    this.#logic = createAgentLogic(env);
    this.#parent = parent;
  }

  /** An agent's actor, not yet started. */
  make(input: AgentInput): Child {
    const { spec } = input;
    const options = { id: spec.id, input, parent: this.#household };
    const actor = createActor(this.#logic, options as never) as Actor<AgentMachine>;
    const child = new Child(spec, actor, this.#parent);
    actor.subscribe(child);
    return child;
  }

  /** What it has under way is over, and so is its actor. */
  halt(child: Child): void {
    const { work } = child.context;
    work.wallTimer?.cancel();
    abortCalls(work.inFlight, new TroupeError('ABORTED', 'The agent was stopped'));
    if (child.actor.getSnapshot().status === 'active') this.#household.send({ type: 'stop', actor: child.actor });
  }
}
