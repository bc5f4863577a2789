import type { Message } from '../../protocol.ts';

/** How an agent has answered what it observed. */
export interface WiredAnswer {
  readonly agent: string;
  /** How many observations it had begun by then: with its address, which one it was. */
  readonly observations: number;
  /** Observations it had taken from its own list. */
  readonly taken: number;
  /** The message that it answers. Undefined: the last one taken of its own list. */
  readonly cause: Message | undefined;
  readonly reply: string;
}

/** An observation that an agent will not answer. */
export interface Loss extends Pick<WiredAnswer, 'agent' | 'taken' | 'cause'> {
  /** Why: what others read instead of an answer. */
  readonly reason: string;
}

/** A message that wiring sends. */
export interface Delivery extends Pick<Message, 'id' | 'from' | 'to' | 'body' | 'part' | 'round' | 'way'> {
  readonly wire: string;
}

/** What wiring asks of those who deliver. */
export interface WiringContext {
  /** It has not ended. */
  isAlive(agent: string): boolean;
  /** Those of a group, in its order, who have begun and not ended. */
  alive(group: string): readonly string[];
  /**
   * One of several, always the same for the same message.
   *
   * @param pool What takes turns together.
   */
  choose(pool: string, members: readonly string[], policy: 'round-robin' | 'least-busy' | 'random', id: string): string;
}

/** Who is in which group. */
export interface Membership {
  /** All members there ever were, in their order, those who have ended too. */
  members(group: string): readonly string[];
  /** How many observations an agent has of its own. */
  itemsOf(agent: string): number;
}

/**
 * To whom replies go by one entry of `wiring`.
 *
 * Contract: keeps nothing. What comes next follows from the message that was answered, so that an answer which is told again
 * after a crash is told to the same agents under the same ids.
 */
export interface Topology {
  /** Unique among the scenario's. */
  readonly wire: string;
  /** Groups whose replies it may pass on. */
  readonly groups: ReadonlySet<string>;
  /** It has rounds: what comes out of it goes on by others, and not what goes into it. */
  readonly hasRounds: boolean;
  /** @param answer To something from outside of it. @returns Undefined: it does not begin with that. */
  begin(answer: WiredAnswer, context: WiringContext): readonly Delivery[] | undefined;
  /** @param answer To one of its messages, `cause`. @returns Undefined: the reply comes out of it. */
  goOn(answer: WiredAnswer, cause: Message, context: WiringContext): readonly Delivery[] | undefined;
  /** @returns What those get who wait for the answer. */
  lose(loss: Loss, context: WiringContext): readonly Delivery[];
}

/** What others read of one who could not be asked. */
export const ENDED = 'it has ended';

export function groupOf(agent: string): string {
  return agent.slice(0, agent.lastIndexOf('/'));
}

/** An agent's place in its group; the same however many of the others have ended. */
export function indexOf(agent: string): number {
  return Number(agent.slice(agent.lastIndexOf('/') + 1));
}

/** What all messages have in common that an answer leads to. */
export function baseOf({ agent, observations }: WiredAnswer, wire: string): string {
  return `${agent}#${observations}>${wire}`;
}

/** Of those who are alive the first at or after a place, around the end; undefined: nobody is. */
export function firstAlive(members: readonly string[], from: number, { isAlive }: WiringContext): string | undefined {
  for (let step = 0; step < members.length; step++) {
    const member = members[(from + step) % members.length];
    if (member !== undefined && isAlive(member)) return member;
  }
  return undefined;
}
