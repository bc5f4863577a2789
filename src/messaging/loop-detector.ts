import { LOOP_BODIES_MAX, LOOP_PAIRS_MAX } from '../base/limits.ts';
import type { Message } from '../protocol.ts';

/**
 * Messages that lead nowhere. `identical`: one agent sends the same to another one again and again; `ping-pong`: two send
 * each other, or one the other, what they have sent before; `hops`: the chain is too long.
 */
export interface MessageLoop {
  readonly kind: 'identical' | 'ping-pong' | 'hops';
  /** Its sender and its receiver. */
  readonly agents: readonly string[];
  /** Repeats in a row, or hops. */
  readonly count: number;
}

export interface LoopLimits {
  /** Messages in a row, between two agents and within one chain, each of which was sent before. */
  readonly repeats: number;
  /** Messages of a chain, each caused by the one before. */
  readonly hops: number;
}

/** Two agents within one chain, whoever of them sends. */
interface Pair {
  /** Hashes of who has sent what; from `LOOP_BODIES_MAX` on, each takes the place of the oldest. */
  readonly seen: number[];
  oldest: number;
  /** In a row. */
  repeats: number;
  /** What all of those repeat. */
  repeated: number;
  isIdentical: boolean;
}

/**
 * Finds messages that go in circles. What an agent has not yet sent to that agent in this chain is progress, anything else a
 * repeat; replies are not looked at, nor what comes from outside.
 *
 * Contract: remembers at most `LOOP_PAIRS_MAX` pairs of agents (20,000) and always the half of that which was in use last,
 * and `LOOP_BODIES_MAX` bodies (64) of each.
 */
export class LoopDetector {
  readonly #limits: LoopLimits;
  readonly #maxPairs: number;
  /** Of a pair that has sent only one message, which is most, just its hash. */
  #pairs = new Map<string, Pair | number>();
  /** Not in use since `#pairs` was begun, and forgotten when that is full: to drop the first of a Map each time is slow. */
  #older = new Map<string, Pair | number>();

  constructor(limits: LoopLimits, maxPairs = LOOP_PAIRS_MAX) {
    this.#limits = limits;
    this.#maxPairs = maxPairs;
  }

  /** Notes the message. @returns The loop that it goes on with: it should not be delivered. */
  check(message: Message): MessageLoop | undefined {
    const { kind, from, to, hops } = message;
    if (kind === 'reply' || kind === 'input') return undefined;
    const pair = this.#note(message);
    if (pair !== undefined && pair.repeats >= this.#limits.repeats) {
      return { kind: pair.isIdentical ? 'identical' : 'ping-pong', agents: [from, to], count: pair.repeats };
    }
    return hops >= this.#limits.hops ? { kind: 'hops', agents: [from, to], count: hops } : undefined;
  }

  /** @returns The pair, unless this is its first message. */
  #note({ from, to, correlation, body }: Message): Pair | undefined {
    const isForth = from < to;
    const key = isForth ? `${from}\n${to}\n${correlation}` : `${to}\n${from}\n${correlation}`;
    const sent = hash(body, isForth ? 1 : 2);
    const recent = this.#pairs.get(key);
    const known = recent ?? this.#older.get(key);
    if (known === undefined) {
      this.#keep(key, sent);
      return undefined;
    }
    const pair =
      typeof known === 'number' ? { seen: [known], oldest: 0, repeats: 0, repeated: 0, isIdentical: true } : known;
    if (pair !== recent) this.#keep(key, pair);
    if (pair.seen.includes(sent)) repeat(pair, sent);
    else progress(pair, sent);
    return pair;
  }

  #keep(key: string, pair: Pair | number): void {
    this.#pairs.set(key, pair);
    if (this.#pairs.size * 2 <= this.#maxPairs) return;
    this.#pairs.delete(key);
    this.#older = this.#pairs;
    this.#pairs = new Map([[key, pair]]);
  }
}

function repeat(pair: Pair, sent: number): void {
  if (pair.repeats === 0) {
    pair.repeated = sent;
    pair.isIdentical = true;
  } else if (pair.repeated !== sent) pair.isIdentical = false;
  pair.repeats++;
}

function progress(pair: Pair, sent: number): void {
  pair.repeats = 0;
  if (pair.seen.length < LOOP_BODIES_MAX) {
    pair.seen.push(sent);
    return;
  }
  pair.seen[pair.oldest] = sent;
  pair.oldest = (pair.oldest + 1) % LOOP_BODIES_MAX;
}

/** FNV-1a of a text with murmur3's finisher: 32 bits, of which two different texts share all once in 4 billion. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) | 0;
}
