import type { ProviderLimits } from '../model.ts';
import { AnnouncedRate } from './announced-rate.ts';
import { LearnedConcurrency } from './learned-concurrency.ts';
import { LearnedRate } from './learned-rate.ts';
import { Pacer } from './pacer.ts';
import type { Sent } from './sent.ts';

/** Share of one call in a mean time. */
const WEIGHT = 1 / 8;
/** While the number of calls at once is searched for, they are not sent faster than so many times what it comes to. */
const SPREAD = 1.5;

/** Units sent until now. */
interface SoFar {
  readonly requests: number;
  readonly tokens: number;
}

/** How much a provider takes, from its answers, its refusals, and what it says of its limits. */
export class LearnedLimits {
  readonly #concurrency: LearnedConcurrency;
  readonly #rate = new LearnedRate();
  readonly #announced = { requests: new AnnouncedRate(), tokens: new AnnouncedRate() };
  readonly #pace = { requests: new Pacer(), tokens: new Pacer() };
  #latencyMs: number | undefined;
  #refusalMs = 0;

  /** @param concurrency What has been declared: whole number, 1 or more, or infinite. */
  constructor(concurrency: number) {
    this.#concurrency = new LearnedConcurrency(concurrency);
  }

  get places(): number {
    return this.#concurrency.places;
  }

  /** Requests in a millisecond; infinite before anything is known. */
  perMs({ requests }: SoFar, now: number): number {
    return Math.min(this.#rate.perMs ?? Number.POSITIVE_INFINITY, this.#announced.requests.perMs(requests, now));
  }

  isSteady(now: number): boolean {
    return this.#rate.isSteady(now);
  }

  noteFull(now: number): void {
    this.#concurrency.noteFull(now);
  }

  /** The moment from which the next call may be sent. To be asked when one waits for it. */
  readyAt(sofar: SoFar, now: number): number {
    const learned = this.#rate.perMs;
    const own = learned ?? this.#spread();
    const announced = this.#announced.requests.perMs(sofar.requests, now);
    const { requests, tokens } = this.#pace;
    requests.setRate(Math.min(own, announced), now);
    tokens.setRate(this.#announced.tokens.perMs(sofar.tokens, now), now);
    if (requests.readyAt > now && own <= announced) {
      if (learned === undefined) this.#concurrency.noteFull(now);
      else this.#rate.noteHeld();
    }
    return Math.max(requests.readyAt, tokens.readyAt);
  }

  send(attempt: number, tokens: number, now: number): void {
    this.#rate.send(attempt, now, this.#refusalMs);
    this.#pace.requests.take(1, now);
    this.#pace.tokens.take(tokens, now);
  }

  answered(sent: Sent, now: number): void {
    const ms = now - sent.sentAt;
    this.#latencyMs = this.#latencyMs === undefined ? ms : this.#latencyMs + (ms - this.#latencyMs) * WEIGHT;
    this.#concurrency.answered(sent, now);
  }

  refused(sent: Sent, now: number): void {
    this.#refusalMs += (now - sent.sentAt - this.#refusalMs) * WEIGHT;
    const isRate = this.#rate.refused(sent.attempt, now);
    if (isRate !== undefined) this.#concurrency.refused(sent, isRate);
  }

  /** @param tokens What was reserved and has not been used. */
  giveBack(tokens: number): void {
    this.#pace.tokens.giveBack(tokens);
  }

  restart(): void {
    this.#concurrency.restart();
  }

  hear({ requests, tokens }: ProviderLimits, sent: Sent, sofar: SoFar, now: number): void {
    const { attempt, sentAt, tokensSent } = sent;
    const announced = this.#announced;
    if (requests !== undefined) {
      announced.requests.hear(requests, { attempt, sentAt, sentBefore: attempt }, sofar.requests, now);
    }
    if (tokens !== undefined) {
      announced.tokens.hear(tokens, { attempt, sentAt, sentBefore: tokensSent }, sofar.tokens, now);
    }
  }

  /** Calls that are answered together would be followed by others together, in ever larger bursts. */
  #spread(): number {
    const ms = this.#latencyMs ?? 0;
    return ms > 0 && this.#concurrency.isSlowStart ? (SPREAD * this.places) / ms : Number.POSITIVE_INFINITY;
  }
}
