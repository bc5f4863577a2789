import { TroupeError } from '../../base/errors.ts';
import { sampleLatency } from '../../base/latency.ts';
import { compileJson } from '../../base/template.ts';
import type { Json, JsonObject, SimulatedCall } from '../../protocol.ts';
import { trustContent } from '../content.ts';
import type { Tool, ToolContext } from '../tool.ts';

/** What a result's templates may read. */
const NAMES = ['args', 'agent', 'index', 'row', 'params'];

/**
 * What stands for a tool's work in a rehearsal: it takes its time and gives a result, or fails.
 *
 * It reports its sampled latency as the time it took, so that a critical path made of such calls is exact. A result
 * without templates is one frozen value, given to every call; with a constant latency and without failures a call
 * draws nothing from chance.
 *
 * @param name Of the tool, for messages.
 * @param params The scenario's.
 * @returns A tool's `execute`; it waits on the run's clock, so the tool has to be `external: false`.
 * @throws {TroupeError} `TEMPLATE` if the result's templates cannot be read.
 */
export function simulateCall(name: string, call: SimulatedCall, params: JsonObject): Tool['execute'] {
  const { latency, failureRate, fault } = call;
  const render = compileResult(call.result, params);

  const takeTime = (context: ToolContext): Promise<void> => {
    const serviceMs = latency.kind === 'constant' ? latency.ms : sampleLatency(latency, context.random);
    context.serviceMs = serviceMs;
    return context.sleep(serviceMs);
  };
  const fail = (): never => {
    throw new TroupeError('TOOL_FAILED', `Tool "${name}" failed: a simulated failure`);
  };

  return (args, context) => {
    if (fault === 'throw') fail();
    if (fault === 'hang') return new Promise<never>(() => undefined);
    const taken = takeTime(context);
    // Drawn at the start: chance must not depend on when the latency ends.
    if (fault === 'error' || (failureRate > 0 && context.random.next() < failureRate)) return taken.then(fail);
    return taken.then(() => render(args, context));
  };
}

type Render = (args: Json, context: ToolContext) => Json;

function compileResult(result: Json, params: JsonObject): Render {
  if (!isTemplated(result)) {
    const constant = trustContent(result);
    return () => constant;
  }
  const render = compileJson(result, NAMES);
  return (args, { agent, row }) => render({ args, agent, index: indexOf(agent), row: row ?? {}, params });
}

function isTemplated(value: Json): boolean {
  if (typeof value === 'string') return value.includes('{{') || value.includes('{%');
  return value !== null && typeof value === 'object' && Object.values(value).some(isTemplated);
}

/** An agent's address is `group/index`. */
function indexOf(agent: string): number {
  return Number(agent.slice(agent.lastIndexOf('/') + 1));
}
