import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { TAPE_CUT_SHORT_MS } from '../base/limits.ts';
import type { Tape, TapedAct, TapedTool, TapedToolCall, TapeHeader, TapeWriter } from '../base/tape.ts';
import { toThousandths } from '../base/to-thousandths.ts';
import type { Json, ToolCall, ToolResult } from '../protocol.ts';
import { runToolCall } from './call.ts';
import type { Toolbox } from './registry.ts';
import { tapContext } from './tap-context.ts';
import type { Tool, ToolContext } from './tool.ts';

/**
 * A tool whose calls are recorded: each with its result as its agent gets it, after all tries, and what it did in the run
 * meanwhile.
 *
 * @param tool With its terms.
 */
export function createRecordingTool(tool: Tool, tape: TapeWriter): Tool {
  return {
    ...tool,
    async run(call, context) {
      const acts: TapedAct[] = [];
      const startedAt = context.clock.elapsed();
      let isCutShort = false;
      context.onAbort((reason) => {
        isCutShort = toErrorInfo(reason).code !== 'TOOL_TIMEOUT';
      });
      const { callId, name, ...result } = await runToolCall(call, tool, tapContext(context, acts));
      const ms = toThousandths(context.clock.elapsed() - startedAt);
      const taped = { tool: tool.name, agent: context.agent, call: context.callId, ms, args: call.args, result, acts };
      tape.tool(isCutShort ? { ...taped, cutShort: true } : taped);
      return { callId, name, ...result };
    },
  };
}

/** What a tape says of the tools of its run. */
export function toTapedTools({ tools, sets }: Pick<Toolbox, 'tools' | 'sets'>): Pick<TapeHeader, 'tools' | 'sets'> {
  const taped = [...tools].map(([name, { description, parameters, effects, timeoutMs }]) => {
    const isEndless = timeoutMs === Number.POSITIVE_INFINITY;
    return [name, { description, parameters, effects, timeoutMs: isEndless ? null : timeoutMs }] as const;
  });
  return { tools: Object.fromEntries(taped), sets: Object.fromEntries(sets) };
}

/**
 * The tools of a recorded run, none of which does its work: each call takes its recorded time on the run's clock, does in
 * the run what it did (messages are delivered, notes are kept, what was logged and told is so again), and has its recorded
 * result. A call that was not recorded fails with `REPLAY_MISSING`.
 */
export function createReplayingTools(tape: Tape): Pick<Toolbox, 'tools' | 'sets'> {
  const { tools, sets } = tape.header;
  return {
    tools: new Map(Object.entries(tools).map(([name, tool]) => [name, createReplayingTool(name, tool, tape)])),
    sets: new Map(Object.entries(sets)),
  };
}

function createReplayingTool(name: string, taped: TapedTool, tape: Tape): Tool {
  const { description, parameters, effects, timeoutMs } = taped;
  const run = (call: ToolCall, context: ToolContext): Promise<ToolResult> =>
    new Promise((resolve) => {
      const startedAt = context.clock.elapsed();
      const fail = (error: unknown): void => {
        const serviceMs = toThousandths(context.clock.elapsed() - startedAt);
        const content = { error: toErrorInfo(error).message };
        resolve({ callId: call.id, name, isError: true, content, serviceMs });
      };
      // Whatever it waits for.
      context.onAbort(fail);
      if (!context.isAborted) {
        replay(call, context, tape).then((result) => resolve({ callId: call.id, name, ...result }), fail);
      }
    });
  return {
    name,
    description,
    parameters,
    effects,
    timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY,
    external: false,
    run,
    async execute(args, context) {
      const { isError, content, serviceMs } = await run({ id: context.callId, name, args }, context);
      context.serviceMs = serviceMs;
      if (isError) throw new TroupeError('TOOL_FAILED', toMessage(content));
      return content;
    },
  };
}

/** What was done at once is done at once: nobody else comes in between. */
async function replay(call: ToolCall, context: ToolContext, tape: Tape): Promise<TapedToolCall['result']> {
  const startedAt = context.clock.elapsed();
  const { ms, cutShort, acts, result } = tape.findToolCall(call, context);
  for (const act of acts) {
    const delayMs = startedAt + act.at - context.clock.elapsed();
    if (delayMs > 0) await context.sleep(delayMs);
    if ('mail' in act) correspond(act, context);
    else if ('log' in act) context.log(act.log);
    else if ('tell' in act) context.tell(act.tell);
    else await remember(act.remember, context);
  }
  const restMs = startedAt + (cutShort ? ms + TAPE_CUT_SHORT_MS : ms) - context.clock.elapsed();
  if (restMs > 0) await context.sleep(restMs);
  return result;
}

/** What comes of it is on the tape already: nobody waits for it, and nobody minds if it comes to nothing. */
function correspond({ mail, with: given }: Extract<TapedAct, { mail: unknown }>, context: ToolContext): void {
  const act = context.mail[mail] as (...args: readonly Json[]) => Promise<unknown>;
  act.apply(context.mail, [...given]).catch(() => undefined);
}

type Remembered = Extract<TapedAct, { remember: unknown }>['remember'];

function remember({ key, text, shared }: Remembered, { memory }: ToolContext): Promise<void> {
  return memory.remember(key, text, { shared });
}

/** Of a failed call's content. */
function toMessage(content: Json): string {
  const error = typeof content === 'object' && content !== null && !Array.isArray(content) ? content.error : content;
  return typeof error === 'string' ? error : JSON.stringify(content);
}
