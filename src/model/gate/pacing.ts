import type { ModelRequest, ModelTerms, Usage } from '../../protocol.ts';
import type { ProviderLimits } from '../model.ts';
import { LearnedLimits } from './learned-limits.ts';
import { Pacer } from './pacer.ts';
import type { Sent } from './sent.ts';
import { TokenForecast } from './token-forecast.ts';

const MINUTE_MS = 60_000;

/** How many calls there may be at once and how fast they may follow: as declared, and as learned. */
export class Pacing {
  readonly #most: number;
  readonly #rpm: Pacer;
  readonly #tpm: Pacer;
  readonly #learned: LearnedLimits | undefined;
  /** Without a limit on tokens nobody counts them. */
  readonly #forecast: TokenForecast | undefined;
  readonly #sofar = { requests: 0, tokens: 0 };

  constructor({ concurrency, rpm, tpm, adaptive }: ModelTerms & { adaptive?: boolean | undefined }) {
    this.#most = concurrency ?? Number.POSITIVE_INFINITY;
    this.#rpm = new Pacer(rpm === undefined ? undefined : rpm / MINUTE_MS);
    this.#tpm = new Pacer(tpm === undefined ? undefined : tpm / MINUTE_MS);
    this.#learned = adaptive ? new LearnedLimits(this.#most) : undefined;
    this.#forecast = adaptive || tpm !== undefined ? new TokenForecast() : undefined;
  }

  get places(): number {
    return this.#learned?.places ?? this.#most;
  }

  /** Requests a minute; undefined if nothing has been learned. */
  learnedRpm(now: number): number | undefined {
    const perMs = this.#learned?.perMs(this.#sofar, now) ?? Number.POSITIVE_INFINITY;
    return Number.isFinite(perMs) ? perMs * MINUTE_MS : undefined;
  }

  /** The provider has taken calls for a good while, or is not watched for that. */
  isSteady(now: number): boolean {
    return this.#learned?.isSteady(now) ?? true;
  }

  /** A call has to wait for a place. */
  noteFull(now: number): void {
    this.#learned?.noteFull(now);
  }

  /** The moment from which the next call may be sent. To be asked when one waits for it. */
  readyAt(now: number): number {
    const readyAt = Math.max(this.#rpm.readyAt, this.#tpm.readyAt);
    return this.#learned === undefined ? readyAt : Math.max(readyAt, this.#learned.readyAt(this.#sofar, now));
  }

  /** @param attempt Its number among all tries. @param inFlight Itself included. */
  send(request: ModelRequest, attempt: number, inFlight: number, now: number): Sent {
    const reserved = this.#forecast?.of(request) ?? 0;
    this.#sofar.requests++;
    this.#sofar.tokens += reserved;
    this.#rpm.take(1, now);
    this.#tpm.take(reserved, now);
    this.#learned?.send(attempt, reserved, now);
    return { attempt, sentAt: now, inFlight, reserved, tokensSent: this.#sofar.tokens };
  }

  /** @param usage Undefined: not known; what was reserved counts as used. */
  answered(sent: Sent, request: ModelRequest, usage: Usage | undefined, now: number): void {
    this.#learned?.answered(sent, now);
    if (usage === undefined || this.#forecast === undefined) return;
    this.#forecast.learn(request, usage);
    this.#settle(sent, usage.inputTokens + usage.outputTokens);
  }

  refused(sent: Sent, now: number): void {
    this.#learned?.refused(sent, now);
    this.#settle(sent, 0);
  }

  /** The provider is out: it is begun with anew, carefully. */
  restart(): void {
    this.#learned?.restart();
  }

  hear(limits: ProviderLimits, sent: Sent, now: number): void {
    this.#learned?.hear(limits, sent, this.#sofar, now);
  }

  #settle({ reserved }: Sent, used: number): void {
    this.#sofar.tokens += used - reserved;
    this.#tpm.giveBack(reserved - used);
    this.#learned?.giveBack(reserved - used);
  }
}
