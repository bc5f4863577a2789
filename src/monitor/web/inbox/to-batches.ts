import type { WaitingCallId } from '../../../protocol.ts';

/** Of a command's calls as JSON: the server takes messages of up to 64 kB, in bytes. */
const CHARS_MAX = 20_000;
/** The server takes no more at once. */
const CALLS_MAX = 1_000;

/** Calls in parts that each fit into one command. */
export function toBatches(calls: readonly WaitingCallId[]): readonly (readonly WaitingCallId[])[] {
  const batches: WaitingCallId[][] = [];
  let chars = CHARS_MAX;
  for (const { agent, callId } of calls) {
    const call = { agent, callId };
    const size = JSON.stringify(call).length + 1;
    const last = batches.at(-1);
    if (last === undefined || chars + size > CHARS_MAX || last.length >= CALLS_MAX) {
      batches.push([call]);
      chars = size;
    } else {
      last.push(call);
      chars += size;
    }
  }
  return batches;
}
