/** To whom replies of agents go by themselves. Types only. */

import type { DelegationPolicy } from './messages.ts';

export type WiringSpec = PipelineSpec | FanOutSpec | RingSpec | AllToAllSpec | ModeratorSpec | BlackboardSpec;

/** Each reply of a member goes to a member of the next group. */
export interface PipelineSpec {
  readonly kind: 'pipeline';
  /** Two or more, each once. */
  readonly groups: readonly string[];
  /** Who of the next group. Absent: `same-index` between groups of equal size, else `round-robin`. */
  readonly policy?: Exclude<DelegationPolicy, 'auction'> | 'same-index';
}

/** Each reply goes to every member of other groups. */
export interface FanOutSpec {
  readonly kind: 'fan-out';
  readonly from: string;
  readonly to: readonly string[];
  /**
   * Their answers come together, as one message, to a member of this group: to whoever fanned out, if it is his own. Absent:
   * they are not gathered.
   */
  readonly gather?: string;
}

/** Each reply goes to the next member, the last one's to the first, so many times around. */
export interface RingSpec {
  readonly kind: 'ring';
  readonly group: string;
  readonly rounds: number;
}

/** Each round every member gets, as one message, what all others have said. */
export interface AllToAllSpec {
  readonly kind: 'all-to-all';
  readonly group: string;
  readonly rounds: number;
}

/** The moderator's reply goes to all members, and their answers come together to the moderator, in each round. */
export interface ModeratorSpec {
  readonly kind: 'moderator';
  readonly group: string;
  readonly members: readonly string[];
  readonly rounds: number;
}

/** Memory with versions; its changes are told to the members of these groups. */
export interface BlackboardSpec {
  readonly kind: 'blackboard';
  readonly name: string;
  readonly groups: readonly string[];
}
