/** The part of the protocol that is about what agents say to each other, and to people: see `messages.ts`. Types only. */

import type {
  DeadLetter,
  DeadReason,
  Message,
  MessageKind,
  RunEvent,
  WaitingApproval,
  WaitingCallId,
} from '../protocol.ts';

// ---------------------------------------------------------------- topics

/** Who talks to whom, and what is not heard. Changes come at most every 500 ms. */
export interface MessagesTopic {
  readonly topic: 'messages';
  /** The members of this group one by one; all others as groups. Default: groups alone. */
  readonly group?: string;
}

/** What some agents say to each other. Changes come at most every 100 ms. */
export interface SequenceTopic {
  readonly topic: 'sequence';
  /** 1 to 12: agents, names of groups for all of their other members together, `user` and `source:NAME` for who is outside. */
  readonly agents: readonly string[];
}

/** Calls that wait for a person. Changes come at most every 100 ms. */
export interface InboxTopic {
  readonly topic: 'inbox';
  /** `get` only: of this agent, with whole arguments. Default: of all. */
  readonly agent?: string;
  /** So many are told, those that wait longest, 0 to 2,000: of all others only how many. Default 2,000. */
  readonly limit?: number;
}

// ---------------------------------------------------------------- what is told of them

/** A part that is absent has not changed; the answer to a subscription and to a `get` has all of them. */
export interface MessagesMessage {
  readonly type: 'messages';
  readonly id?: string | number;
  readonly at: number;
  /** The group whose members are told one by one. */
  readonly group?: string;
  /** When counting began: the run's first event, or in a very long run the oldest that was kept. */
  readonly from: number;
  readonly talk?: TalkView;
  readonly mailboxes?: MailboxesView;
  readonly letters?: LettersView;
  /** Deadlocks and loops, the newest 20, oldest first. */
  readonly circles?: readonly RunEvent[];
  readonly waits?: WaitsView;
}

/** Nodes are groups, agents, `user` and `source:NAME`. */
export interface TalkView {
  /** The busiest 200, busiest first. */
  readonly edges: readonly TalkEdge[];
  /** All others together; their number is unknown when there are more than 20,000. */
  readonly rest: Omit<TalkEdge, 'from' | 'to'>;
}

export interface TalkEdge {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly kinds: Readonly<Partial<Record<MessageKind, number>>>;
  /** Over the last 10 s. */
  readonly perSecond: number;
}

/** Messages sent since the run began, or was resumed, and not yet observed. */
export interface MailboxesView {
  readonly total: number;
  /** The fullest 50 that are not empty, fullest first. */
  readonly fullest: readonly { readonly agent: string; readonly messages: number }[];
  /** Agents with 0, 1, 2 to 3, 4 to 7, 8 to 15, ... messages. */
  readonly histogram: readonly number[];
}

export interface LettersView {
  readonly counts: Readonly<Partial<Record<DeadReason, number>>>;
  /** The newest 100, oldest first, with long texts cut. */
  readonly newest: readonly DeadLetter[];
}

/** Agents that wait for answers: the 200 that have waited longest, and all together. */
export interface WaitsView {
  readonly total: number;
  readonly longest: readonly {
    readonly agent: string;
    readonly for: string;
    readonly asks: number;
    readonly since: number;
  }[];
}

/** The answer to a subscription has the newest 300, oldest first; what follows it has what is new. */
export interface SequenceMessage {
  readonly type: 'sequence';
  readonly id?: string | number;
  readonly at: number;
  readonly agents: readonly string[];
  /** Instead of those the client has. */
  readonly whole?: true;
  readonly messages: readonly SequenceEntry[];
}

/** The body is cut. One of which only the history knows has none, and an empty `id`. */
export type SequenceEntry = Pick<Message, 'id' | 'from' | 'to' | 'kind' | 'body' | 'at' | 'correlation' | 'causation'>;

/** What waits now instead of what the client has (`whole`), or what has come and gone since. */
export interface InboxMessage {
  readonly type: 'inbox';
  readonly id?: string | number;
  readonly at: number;
  readonly whole?: true;
  readonly waiting: readonly InboxEntry[];
  readonly gone: readonly WaitingCallId[];
  /** All that wait, told or not. */
  readonly total: number;
}

export interface InboxEntry extends WaitingApproval {
  /** The arguments are longer, and cut here. */
  readonly cut?: true;
}
