/** What agents say to each other, and who is waited for. Types only. */

import type { JsonObject } from './json.ts';

/**
 * How a message is meant: `tell` needs no answer; `ask` is answered by its sender's name for the answer, `reply`; `topic`
 * goes to all who have subscribed; `handoff` brings a conversation along; `input` comes from outside, from a person or a
 * source.
 */
export type MessageKind = 'tell' | 'ask' | 'reply' | 'topic' | 'handoff' | 'input';

/** From one agent to another, never to a model. */
export interface Message {
  /** One that comes again with the same id is the same message. */
  readonly id: string;
  /** An agent's address; `user` for a person, `source:NAME` for a source. */
  readonly from: string;
  /** An agent's address, `group/index`. */
  readonly to: string;
  readonly kind: MessageKind;
  readonly body: string;
  /** Milliseconds since the run's start. */
  readonly at: number;
  /** The message that its sender was answering when it sent this one. Absent: none. */
  readonly causation?: string;
  /** The first message of the chain; of one that begins a chain its own id. */
  readonly correlation: string;
  /** Messages before it in its chain. */
  readonly hops: number;
  /** W3C Trace Context: a `traceparent`, one trace for each chain. */
  readonly trace: string;
  /** `topic` only. */
  readonly topic?: string;
  /** When it is too late to observe it, on the run's clock. Absent: never. */
  readonly expiresAt?: number;
  /** For whom its receiver works by it. */
  readonly user?: string;
  readonly session?: string;
  /** What was said with it as a value. */
  readonly data?: JsonObject;
  /** The ask that its receiver's answer answers, instead of itself: it was handed on. */
  readonly answers?: { readonly ask: string; readonly to: string };
  /** One of several that are observed together, when the last of them has come. */
  readonly part?: MessagePart;
  /** Of what was gathered: the parts, in their order. */
  readonly parts?: readonly GatheredPart[];
  /** The wiring it belongs to, such as `moderator:chair`. Absent: somebody chose to send it. */
  readonly wire?: string;
  /** Which round of its wiring it belongs to, from 1. */
  readonly round?: number;
  readonly way?: MessageWay;
}

/** What wiring has to know of a message to go on from its answer; of others it has at most `isShared`. */
export interface MessageWay {
  /** Wirings that its chain has come out of: none of them begins again in it. */
  readonly before?: readonly string[];
  /** The answer to it is this part of what another agent observes. */
  readonly gather?: Gather;
  /** All members of its receiver's group have got the same, but for its sender; the id is the same up to the receiver's. */
  readonly isShared?: boolean;
  /** What its rounds began with. */
  readonly origin?: string;
  /** Who alone began them. Absent: all members at once. */
  readonly by?: string;
}

export interface Gather extends MessagePart {
  readonly to: string;
  /** Those who had ended when they were to be asked: with the answer it is told that theirs are missing. */
  readonly gone?: readonly { readonly from: string; readonly index: number }[];
}

export interface MessagePart {
  /** The same for all parts. */
  readonly batch: string;
  /** From 0. */
  readonly index: number;
  readonly of: number;
  /** Its sender has failed at it; the body says why. */
  readonly isError?: boolean;
}

export interface GatheredPart {
  readonly from: string;
  readonly body: string;
  readonly isError?: boolean;
}

/** What becomes of a message for which its receiver's mailbox has no room. */
export type Overflow = 'block' | 'drop-oldest' | 'reject' | 'spill';

export interface MailboxSpec {
  /** Messages not yet observed. Default `MAILBOX_MAX` (1,000). */
  readonly size: number;
  /**
   * `block`: its sender waits for room; `drop-oldest`: the oldest becomes a dead letter; `reject` (the default): its sender
   * is told; `spill`: it waits in memory's store.
   */
  readonly overflow: Overflow;
  /** Milliseconds after which a message is not observed any more. Absent: none. */
  readonly ttlMs?: number;
}

/** Why a message was not observed. */
export type DeadReason =
  | 'no-such-agent'
  | 'ended'
  | 'full'
  | 'dropped'
  | 'expired'
  | 'loop'
  | 'late'
  | 'set-aside'
  | 'never-observed';

/** A message that nobody has observed; it can be sent again. */
export interface DeadLetter {
  readonly message: Message;
  readonly reason: DeadReason;
  /** Milliseconds since the run's start. */
  readonly at: number;
}

export interface Bid {
  readonly from: string;
  readonly bid: number;
}

/** Whom a task is given to, of several. */
export type DelegationPolicy = 'round-robin' | 'least-busy' | 'random' | 'auction';
