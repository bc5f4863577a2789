import type { ToolCall, ToolResult } from '../protocol.ts';
import { RunningCall } from './running-call.ts';
import { TermedCall } from './terms/termed-call.ts';
import type { Tool, ToolContext } from './tool.ts';

/** Names and reasons come from a model, which reads them again. */
const NAME_MAX_CHARS = 100;
const REASON_MAX_CHARS = 1_000;

/**
 * Runs one tool call and reports its outcome; a failure is an outcome too.
 *
 * Contract: never throws, never rejects. An unknown tool, arguments that cannot be read or do not fit, whatever the tool
 * throws, a result that is no JSON, a missed deadline and an abort all resolve to `isError: true` with `{ error: message }`.
 * It settles at the deadline (by the context's clock) and at `context.abort` even if the tool never does; what comes after
 * is ignored. A tool that settles at the very moment of its deadline has made it. Not even this can help with a tool that
 * blocks the event loop, or throws in a callback of its own.
 *
 * @param call `{ id, name, args }` as the model wrote it; `args` is not yet validated.
 * @param tool Undefined: there is none of that name for this agent. With `run`: that makes the call. With `terms`: the call waits for its place, is made
 * again after a failure, and shares its result, as they say.
 * @returns `content` is a copy, unless it is a frozen constant. Over `TOOL_RESULT_MAX_BYTES` as JSON: its beginning as
 * text, with `isError` and `truncated`. `serviceMs` is what the tool itself took, to three decimals: measured, or what
 * the tool put into `context.serviceMs`; at a missed deadline `tool.timeoutMs`. With the waits between its tries, without
 * that for a place.
 */
export function runToolCall(call: ToolCall, tool: Tool | undefined, context: ToolContext): Promise<ToolResult> {
  return new Promise((resolve) => {
    if (tool === undefined) {
      resolve(refuse(call, 'this agent has none of that name'));
    } else if (tool.run !== undefined) {
      resolve(tool.run(call, context));
    } else if (call.malformed !== undefined) {
      resolve(refuse(call, `its arguments cannot be read: ${call.malformed.slice(0, REASON_MAX_CHARS)}`));
    } else if (tool.terms === undefined) {
      new RunningCall(call, tool, context, resolve).start();
    } else {
      new TermedCall(call, tool, context, resolve, tool.terms).start();
    }
  });
}

function refuse({ id, name }: ToolCall, reason: string): ToolResult {
  const error = `Cannot call tool "${name.slice(0, NAME_MAX_CHARS)}": ${reason}`;
  return { callId: id, name, isError: true, content: { error }, serviceMs: 0 };
}
