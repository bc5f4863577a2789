import type { ModelRequest, ToolCall } from '../../protocol.ts';
import { toCanonicalJson } from '../canonical-json.ts';
import { TroupeError } from '../errors.ts';
import { TAPE_HEAD_CHARS } from '../limits.ts';
import type { CallPlace, RequestPart, Tape, TapedModelCall, TapedToolCall, TapeHeader } from '../tape.ts';
import { createRequestDescriber, PARTS_BEFORE_MESSAGES } from './describe-request.ts';
import { RecordedCalls } from './recorded-calls.ts';
import type { RequestChain } from './request-chain.ts';

const NAMES: Readonly<Record<string, string>> = {
  instructions: 'its instructions',
  tools: 'its tools',
  output: 'what its reply has to be',
};

/** A model call as it is kept. */
export type RecordedModelCall = Omit<TapedModelCall, 'request'> & { readonly request: RequestChain };

/** What is on a tape, as it is read line by line. */
export class RecordedRun implements Tape {
  readonly header: TapeHeader;
  readonly #path: string;
  readonly #models = new RecordedCalls<RecordedModelCall>();
  readonly #tools = new RecordedCalls<TapedToolCall>();
  readonly #describe = createRequestDescriber((json) => json);

  constructor(path: string, header: TapeHeader) {
    this.#path = path;
    this.header = header;
  }

  addModelCall(call: RecordedModelCall): void {
    this.#models.add(call);
  }

  addToolCall(call: TapedToolCall): void {
    this.#tools.add(call);
  }

  findModelCall(request: ModelRequest, place: CallPlace): RecordedModelCall {
    const now = this.#describe(request);
    const call = this.#models.take(place, (one) => findDifference(one.request.toParts(), now) === undefined);
    if (call !== undefined) return call;
    const recorded = this.#models.of(place).map((one) => one.request.toParts());
    const [nearest] = recorded.sort((a, b) => countEqual(b, now) - countEqual(a, now));
    if (nearest === undefined) throw this.#missing('model', place, this.#models);
    const state = `the conversation is not the recorded one: ${describeDifference(nearest, now)}`;
    throw this.#cannotReplay('model call', place, state);
  }

  findToolCall({ name, args }: Pick<ToolCall, 'name' | 'args'>, place: CallPlace): TapedToolCall {
    const written = toCanonicalJson(args);
    const call = this.#tools.take(place, (one) => one.tool === name && toCanonicalJson(one.args) === written);
    if (call !== undefined) return call;
    const other = this.#tools.of(place).at(-1);
    if (other === undefined) throw this.#missing(`"${name}"`, place, this.#tools);
    const was = other.tool === name ? `${cut(toCanonicalJson(other.args))}` : `a call of "${other.tool}"`;
    const is = other.tool === name ? `its arguments are ${cut(written)}, and were ` : 'when it was recorded, it was ';
    throw this.#cannotReplay(`"${name}" call`, place, `${is}${was}`);
  }

  #missing(what: string, place: CallPlace, calls: Pick<RecordedCalls<TapedToolCall>, 'describe'>): TroupeError {
    return this.#cannotReplay(`${what} call`, place, `"${this.#path}" has no such call, ${calls.describe(place)}`);
  }

  #cannotReplay(what: string, { agent, turn, callId }: CallPlace, state: string): TroupeError {
    const message = `Cannot replay ${what} "${callId}" of agent "${agent}" in turn ${turn}: ${state}; record the run again`;
    return new TroupeError('REPLAY_MISSING', message);
  }
}

/** @returns The first part that differs; undefined: none does. */
function findDifference(recorded: readonly RequestPart[], now: readonly RequestPart[]): number | undefined {
  const length = Math.max(recorded.length, now.length);
  for (let place = 0; place < length; place++) if (!isEqual(recorded[place], now[place])) return place;
  return undefined;
}

function isEqual(recorded: RequestPart | undefined, now: RequestPart | undefined): boolean {
  if (recorded === undefined || now === undefined) return false;
  const [digest = ''] = now.digests;
  return recorded.as === now.as && recorded.digests.includes(digest);
}

function countEqual(recorded: readonly RequestPart[], now: readonly RequestPart[]): number {
  return findDifference(recorded, now) ?? now.length;
}

function describeDifference(recorded: readonly RequestPart[], now: readonly RequestPart[]): string {
  const place = findDifference(recorded, now) ?? 0;
  const [was, is] = [recorded[place], now[place]];
  const number = place - PARTS_BEFORE_MESSAGES + 1;
  const show = (part: RequestPart | undefined): string => {
    if (part === undefined) return 'nothing';
    return number > 0 ? `${part.as} ${part.head}` : part.head;
  };
  const what = number > 0 ? `message ${number}` : (NAMES[is?.as ?? ''] ?? '');
  if (show(was) === show(is)) return `${what}: it begins with ${show(is)} as before, and goes on differently`;
  return `${what}: ${show(is)} instead of ${show(was)}`;
}

function cut(text: string): string {
  return text.length > TAPE_HEAD_CHARS ? `${text.slice(0, TAPE_HEAD_CHARS)}…` : text;
}
