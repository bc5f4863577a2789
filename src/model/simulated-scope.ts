import type { JsonObject, ModelRequest, Observation } from '../protocol.ts';

/** The names that templates and conditions of a simulated model may read. */
export const SIMULATED_NAMES = [
  'observation',
  'results',
  'row',
  'index',
  'turn',
  'step',
  'attempt',
  'params',
  'agent',
  'user',
  'session',
  'parent',
] as const;

export type SimulatedScope = Record<(typeof SIMULATED_NAMES)[number], unknown>;

/**
 * What a simulated model's templates and conditions see of a request.
 *
 * @returns `observation { kind, text, data?, message?, results? [{ name, content, is_error }] }`; `results`, from each
 * tool's name to the content of its last result in this observation; `row`, `index` and `agent` (the address) of the
 * agent; `turn`, `step`, `attempt`, `params`.
 */
export function createSimulatedScope(request: ModelRequest, params: JsonObject): SimulatedScope {
  const { spec, observation } = request;
  return {
    observation: describeObservation(observation),
    results: Object.fromEntries((observation.results ?? []).map((result) => [result.name, result.content])),
    row: spec.row,
    index: spec.index,
    turn: request.turn,
    step: request.step,
    attempt: request.attempt,
    params,
    agent: spec.id,
    user: spec.user,
    session: spec.session,
    parent: spec.parent,
  };
}

/** A key is there only if it has a value, so that `has(observation.data)` says what it seems to say. */
function describeObservation({ kind, text, data, message, results }: Observation): object {
  const described: Record<string, unknown> = { kind, text };
  if (data !== undefined) described.data = data;
  if (message !== undefined) described.message = message;
  if (results !== undefined) {
    described.results = results.map(({ name, content, isError }) => ({ name, content, is_error: isError }));
  }
  return described;
}
