import type { AgentEnvironment, Answer } from '../agent/environment.ts';
import { createWiring, type Wiring } from '../messaging/wiring/create-wiring.ts';
import type { Delivery, WiringContext } from '../messaging/wiring/topology.ts';
import type { AgentSpec, Message, WiringSpec } from '../protocol.ts';
import type { Child } from './child.ts';
import type { Directory } from './directory.ts';
import { DELIVERED } from './mailboxes.ts';
import type { PostOffice } from './post-office.ts';
import type { Unanswered } from './quarters.ts';

export interface SwitchboardOptions {
  readonly wiring: readonly WiringSpec[];
  /** All agents of the run, those that have ended too. */
  readonly specs: readonly AgentSpec[];
  /** The run has gone on before: agents may have got messages then. */
  readonly isResumed: boolean;
  readonly directory: Directory<Child>;
  readonly idle: Set<string>;
  /** The agent waits for room in others' mailboxes: it is idle until it is let go. */
  hold(agent: string): void;
}

/** Brings replies to whom they go by the scenario's wiring. */
export class Switchboard {
  readonly #env: Pick<AgentEnvironment, 'random'>;
  readonly #office: PostOffice;
  readonly #options: SwitchboardOptions;
  readonly #wiring: Wiring;
  readonly #context: WiringContext;
  /** Messages of those who are held, by id, and to whom they go: told again after a restart, they go to the same. */
  readonly #told = new Map<string, string>();

  constructor(env: Pick<AgentEnvironment, 'random'>, office: PostOffice, options: SwitchboardOptions) {
    this.#env = env;
    this.#office = office;
    this.#options = options;
    this.#wiring = createWiring(options.wiring, options.specs);
    this.#context = {
      isAlive: (agent) => options.directory.isAlive(agent),
      alive: (group) => office.addresses.members(group) ?? [],
      choose: (pool, members, policy, id) => this.#choose(pool, members, policy, id),
    };
  }

  isWired(group: string): boolean {
    return this.#wiring.isWired(group);
  }

  /** @returns Undefined: whatever follows is in its mailboxes. Else it resolves when that is so; the agent is held until then. */
  answered({ id: agent }: AgentSpec, answer: Answer): Promise<void> | undefined {
    const { cause, reply, taken, observations, isHandedOver } = answer;
    if (isOwed(cause) || (isHandedOver === true && cause?.way?.gather !== undefined)) return undefined;
    const deliveries =
      reply === undefined
        ? this.#wiring.lost({ agent, cause, taken, reason: NO_ANSWER }, this.#context)
        : this.#wiring.answered({ agent, observations, taken, cause, reply }, this.#context);
    const pending = this.#send(deliveries, cause);
    if (pending.length > 0) return this.#hold(agent, deliveries, pending);
    this.#forget(deliveries);
    return undefined;
  }

  /** It has failed at it, has ended before it or will never observe it: nobody waits for the answer any more. */
  lost({ agent, cause, taken, reason }: Unanswered): void {
    // That a part is missing is not missed in turn.
    if (isOwed(cause) || cause?.part?.isError === true) return;
    this.#send(this.#wiring.lost({ agent, cause, taken, reason }, this.#context), cause);
  }

  /** It has ended before the end of its own list. */
  left(agent: string, taken: number): void {
    this.#send(this.#wiring.left(agent, taken, this.#context), undefined);
  }

  /**
   * Into a mailbox that would refuse them they wait for room: nobody could be told, and sends less for it.
   *
   * @returns What waits.
   */
  #send(deliveries: readonly Delivery[], cause: Message | undefined): Promise<void>[] {
    const pending: Promise<void>[] = [];
    for (const delivery of deliveries) {
      const delivered = this.#office.postOrBury({ ...delivery, kind: 'tell', cause }, true);
      if (delivered !== undefined && delivered !== DELIVERED) pending.push(delivered);
    }
    return pending;
  }

  async #hold(agent: string, deliveries: readonly Delivery[], pending: readonly Promise<void>[]): Promise<void> {
    const { directory, idle, hold } = this.#options;
    const child = directory.get(agent);
    for (const { id, to } of deliveries) this.#told.set(id, to);
    if (child !== undefined) {
      child.isTelling = true;
      hold(agent);
    }
    await Promise.allSettled(pending);
    // One that was stopped meanwhile to be started again tells it all again.
    if (directory.get(agent) === child || !directory.isAlive(agent)) this.#forget(deliveries);
    if (child === undefined) return;
    child.isTelling = false;
    if (directory.get(agent) === child) idle.delete(agent);
  }

  #forget(deliveries: readonly Delivery[]): void {
    if (this.#told.size === 0) return;
    for (const { id } of deliveries) this.#told.delete(id);
  }

  /** The one that has got it before, if it was sent before a crash or a restart. */
  #choose(
    pool: string,
    members: readonly string[],
    policy: Parameters<WiringContext['choose']>[2],
    id: string,
  ): string {
    const office = this.#office;
    const known = this.#told.get(id) ?? (this.#options.isResumed ? office.findReceiver(id, members) : undefined);
    if (known !== undefined) return known;
    const random = this.#env.random.fork(`wiring ${id}`);
    return office.chooser.choose(pool, members, policy, { load: (agent) => office.loadOf(agent), random });
  }
}

const NO_ANSWER = 'it has given no answer';

/** Somebody who has asked gets the answer, and nobody else. */
function isOwed(cause: Message | undefined): boolean {
  return cause?.kind === 'ask' || cause?.answers !== undefined;
}
