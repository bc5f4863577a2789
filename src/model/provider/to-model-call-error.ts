import { toErrorInfo } from '../../base/errors.ts';
import { MODEL_ERROR_MAX_CHARS } from '../../base/limits.ts';
import type { Redact } from '../../base/redact.ts';
import { ModelCallError } from '../model-call-error.ts';
import { isObject } from './is-object.ts';
import type { ResponseHeaders } from './language-model.ts';
import { readLimits } from './read-limits.ts';
import { readRetryAfter } from './read-retry-after.ts';

/** Errors with causes with causes; a cycle would never end. */
const CAUSES_MAX = 8;
/** Of a refusal's body, in which its kind is looked for. */
const BODY_MAX_CHARS = 8_192;
/** Of an answer that is none. */
const SHOWN_CHARS = 80;
/** How providers name the kind of a failure: `"type":"overloaded_error"`, `"code":"insufficient_quota"`, `"status":"UNAVAILABLE"`. */
const KIND = /"(?:type|code|status)"\s*:\s*"([A-Za-z_]{1,60})"/g;
const SPENT = /insufficient_quota|^billing|credit|payment/i;
const THROTTLED = /rate_limit|overloaded|resource_exhausted|too_many_requests/i;
const PASSING = /server_error|api_error|internal|unavailable|timeout|deadline_exceeded|aborted/i;
/** Without an answer's status: whatever the kind says of a request that will never be right. */
const LASTING = /invalid|authentication|permission|not_found|context_length|unsupported|billing/i;
/** HTTP statuses of a refusal that may pass. */
const PASSING_STATUS = new Set([408, 409, 425]);
const THROTTLED_STATUS = new Set([429, 529]);
/** Errors of the AI SDK that say that the model is not set up, or that the request cannot be put into its words. */
const UNAVAILABLE = /^AI_(LoadAPIKey|LoadSetting|NoSuchModel)/;
const UNASKABLE = /^AI_(InvalidArgument|InvalidPrompt|UnsupportedFunctionality)/;

/** What a message may say of the model it is about. */
export interface FailureScene {
  readonly name: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** Where its key comes from, such as `OPENAI_API_KEY`. */
  readonly key: string;
  readonly redact: Redact;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Makes the failure of a call out of whatever a provider's package has thrown, or has put into its stream.
 *
 * Contract: never throws. The message is bounded and holds no secret; the thrown value, which holds the whole request, is
 * let go.
 */
export function toModelCallError(thrown: unknown, scene: FailureScene): ModelCallError {
  try {
    const own = findCause(thrown, (cause) => cause instanceof ModelCallError);
    if (own instanceof ModelCallError) return own;
    return describeFailure(thrown, scene);
  } catch {
    return new ModelCallError('MODEL_FAILED', `${begin(scene)}: it failed in a way that cannot be read`);
  }
}

function describeFailure(thrown: unknown, scene: FailureScene): ModelCallError {
  const name = isObject(thrown) && typeof thrown.name === 'string' ? thrown.name : '';
  const said = quote(thrown, scene.redact);
  if (UNAVAILABLE.test(name)) return new ModelCallError('MODEL_UNAVAILABLE', `${begin(scene)}: ${said}`);
  if (UNASKABLE.test(name)) return new ModelCallError('MODEL_FAILED', `${begin(scene)}: ${said}`);

  const call = findCause(thrown, (cause) => isObject(cause) && typeof cause.statusCode === 'number');
  const { statusCode, responseHeaders, responseBody } = isObject(call) ? call : {};
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  const headers: ResponseHeaders = isObject(responseHeaders) ? (responseHeaders as ResponseHeaders) : {};
  const body = toBody(responseBody, thrown);
  const kinds = [...body.matchAll(KIND)].map(([, kind]) => kind ?? '');
  const { retryable, throttled, spent } = judge(status, kinds, headers);
  const isAnswer = status !== undefined && status < 300;
  const advice = isAnswer ? undefined : advise(status, spent, scene);
  const refusal = [...(status === undefined || isAnswer ? [] : [`HTTP ${status}`]), ...(advice ? [advice] : [])].join(
    ', ',
  );
  const shown = isAnswer ? showBeginning(body, scene.redact) : '';
  // What to do comes first: a provider can be long in its words.
  const message = `${[begin(scene), ...(refusal === '' ? [] : [refusal]), said].join(': ')}${shown}`;
  return new ModelCallError('MODEL_FAILED', message, {
    retryable,
    throttled,
    status,
    retryAfterMs: readRetryAfter(headers, body, scene.now),
    limits: readLimits(headers, scene.now),
  });
}

interface Judgement {
  readonly retryable: boolean;
  readonly throttled: boolean;
  /** There is no money left. */
  readonly spent: boolean;
}

function judge(status: number | undefined, kinds: readonly string[], headers: ResponseHeaders): Judgement {
  const is = (kind: RegExp): boolean => kinds.some((one) => kind.test(one));
  const spent = status === 402 || is(SPENT);
  if (spent) return { retryable: false, throttled: false, spent };
  // An error in the middle of an answer has no status of its own, or one that stands for "some error".
  const isVague = status === undefined || status < 300 || status === 400 || status >= 500;
  const throttled = THROTTLED_STATUS.has(status ?? 0) || (isVague && is(THROTTLED));
  if (throttled) return { retryable: true, throttled, spent };
  const told = headers['x-should-retry'];
  if (told === 'true' || told === 'false') return { retryable: told === 'true', throttled, spent };
  if (status === undefined || status < 300) return { retryable: !is(LASTING), throttled, spent };
  if (status === 400) return { retryable: is(PASSING), throttled, spent };
  return { retryable: status >= 500 || PASSING_STATUS.has(status), throttled, spent };
}

function advise(status: number | undefined, spent: boolean, { key, model }: FailureScene): string | undefined {
  if (spent) return 'the account has nothing left to spend';
  if (status === 401 || status === 403) return `check ${key}`;
  if (status === 404) return `check the name of the model, "${model}", and base_url`;
  if (status !== undefined && status >= 300 && status < 400) return 'it redirects, so set base_url to where it leads';
  return undefined;
}

/** What was no answer may be a page: then the address is that of another server. */
function showBeginning(body: string, redact: Redact): string {
  if (body.trim() === '') return '';
  return `; it begins with ${JSON.stringify(redact(body).trim().slice(0, SHOWN_CHARS))}`;
}

function begin({ name }: FailureScene): string {
  return `Cannot get an answer from model "${name}"`;
}

function quote(thrown: unknown, redact: Redact): string {
  const { message } = toErrorInfo(isObject(thrown) && typeof thrown.message === 'string' ? thrown.message : thrown);
  // First redacted, then cut: half a secret is not found.
  const line = redact(message.slice(0, 8 * MODEL_ERROR_MAX_CHARS))
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return 'the provider does not say why';
  return line.length > MODEL_ERROR_MAX_CHARS ? `${line.slice(0, MODEL_ERROR_MAX_CHARS)}…` : line;
}

function toBody(responseBody: unknown, thrown: unknown): string {
  if (typeof responseBody === 'string') return responseBody.slice(0, BODY_MAX_CHARS);
  // Some packages put in what they have read of it. An error in a stream is what the provider has sent, as it is.
  const read = responseBody ?? (thrown instanceof Error ? undefined : thrown);
  return isObject(read) ? JSON.stringify(read).slice(0, BODY_MAX_CHARS) : '';
}

function findCause(thrown: unknown, fits: (cause: unknown) => boolean): unknown {
  let cause = thrown;
  for (let depth = 0; depth < CAUSES_MAX && cause !== undefined; depth++) {
    if (fits(cause)) return cause;
    cause = isObject(cause) ? cause.cause : undefined;
  }
  return undefined;
}
