import type { CallPlace } from '../tape.ts';

/** Recorded calls by their place in the run; each is given once, in its order, and the last of equal ones again. */
export class RecordedCalls<Call extends { readonly agent: string; readonly call: string }> {
  /** By agent, then by the id of the call. */
  readonly #calls = new Map<string, Map<string, Call[]>>();
  readonly #used = new WeakSet<Call>();

  add(call: Call): void {
    const ofAgent = this.#calls.get(call.agent) ?? new Map<string, Call[]>();
    this.#calls.set(call.agent, ofAgent);
    const known = ofAgent.get(call.call);
    if (known === undefined) ofAgent.set(call.call, [call]);
    else known.push(call);
  }

  /** All of that id. */
  of({ agent, callId }: CallPlace): readonly Call[] {
    return this.#calls.get(agent)?.get(callId) ?? [];
  }

  take(place: CallPlace, fits: (call: Call) => boolean): Call | undefined {
    const fitting = this.of(place).filter(fits);
    const call = fitting.find((one) => !this.#used.has(one)) ?? fitting.at(-1);
    if (call !== undefined) this.#used.add(call);
    return call;
  }

  /** What there is of an agent of which a call is missing, as the end of a sentence. */
  describe({ agent }: CallPlace): string {
    const last = [...(this.#calls.get(agent)?.keys() ?? [])].at(-1);
    return last === undefined ? 'there is none of this agent' : `the last one of this agent is "${last}"`;
  }
}
