import { TroupeError } from '../base/errors.ts';
import { toCallName } from '../people/to-record.ts';
import type { WaitingApproval, WaitingCallId } from '../protocol.ts';

/** Names told of those that a short one may stand for. */
const TOLD = 5;
/** A whole name. */
const NAME = /^(.+):(\d+\/\d+)$/;

/** A call that somebody has named; one that does not wait has no tool that is known. */
export interface NamedCall extends WaitingCallId {
  readonly tool?: string;
}

/**
 * Finds calls by what people call them: `agent:callId`, or the beginning of it if only one begins so; `all`. A whole name of
 * one that does not wait is taken as it is: whoever is asked knows what has become of it.
 *
 * @param given Such as `editor/0:3/1`.
 * @returns Each once, in the order of `waiting`.
 * @throws {TroupeError} `APPROVAL_UNKNOWN` if none waits that begins so, or several do.
 */
export function chooseCalls(waiting: readonly WaitingApproval[], given: readonly string[]): NamedCall[] {
  if (given.includes('all')) return [...waiting];
  const chosen = new Map<string, NamedCall>();
  for (const name of given) {
    const call = chooseCall(waiting, name);
    chosen.set(toCallName(call), call);
  }
  const known = waiting.filter((call) => chosen.delete(toCallName(call)));
  return [...known, ...chosen.values()];
}

/** One call. @throws {TroupeError} As `chooseCalls`. */
export function chooseCall(waiting: readonly WaitingApproval[], name: string): NamedCall {
  const exact = waiting.find((call) => toCallName(call) === name);
  if (exact !== undefined) return exact;
  const matching = waiting.filter((call) => toCallName(call).startsWith(name));
  const [only] = matching;
  if (only !== undefined && matching.length === 1) return only;
  const [, agent, callId] = NAME.exec(name) ?? [];
  if (only === undefined && agent !== undefined && callId !== undefined) return { agent, callId };
  const names = matching.slice(0, TOLD).map(toCallName);
  const more = matching.length > TOLD ? ` and ${matching.length - TOLD} more` : '';
  const why =
    only === undefined ? 'no call that waits begins so; the inbox lists them' : `it may be ${names.join(', ')}${more}`;
  throw new TroupeError('APPROVAL_UNKNOWN', `Cannot answer ${JSON.stringify(name.slice(0, 200))}: ${why}`);
}
