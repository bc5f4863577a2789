import { type ErrorCode, TroupeError } from '../base/errors.ts';
import type { ProviderLimits } from './model.ts';

/** What is known of a failed call besides its message. */
export interface ModelCallFailure {
  /** The same call may succeed a little later. Default false. */
  readonly retryable?: boolean;
  /** The provider has no capacity for it now: HTTP 429, or 529. Such a call is made again without counting as a retry. */
  readonly throttled?: boolean;
  /** HTTP status, if there was an answer. */
  readonly status?: number | undefined;
  /** The provider asks to wait so long. */
  readonly retryAfterMs?: number | undefined;
  /** What the refusal said of the provider's limits. */
  readonly limits?: ProviderLimits | undefined;
  readonly cause?: unknown;
}

/** A model call that failed, with what its gate has to know to go on. */
export class ModelCallError extends TroupeError {
  readonly retryable: boolean;
  readonly throttled: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly limits: ProviderLimits | undefined;

  /** @param code `MODEL_FAILED`, or `MODEL_REFUSED` if the model itself will not answer. */
  constructor(code: ErrorCode, message: string, failure: ModelCallFailure = {}) {
    super(code, message, { cause: failure.cause });
    this.retryable = failure.retryable ?? false;
    this.throttled = failure.throttled ?? false;
    this.status = failure.status;
    this.retryAfterMs = failure.retryAfterMs;
    this.limits = failure.limits;
  }
}
