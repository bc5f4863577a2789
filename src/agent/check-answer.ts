import { toErrorInfo } from '../base/errors.ts';
import { isAnswered } from '../base/is-answered.ts';
import type { Decision, Json } from '../protocol.ts';
import type { Group } from './environment.ts';

/** Models like to put JSON into a Markdown fence. */
const FENCED = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i;

/**
 * Holds an answer against what the group's replies have to be.
 *
 * @returns The decision with its reply as JSON and nothing around it, or with the flaw that the model is told; the same
 * decision if there is nothing to check.
 */
export function checkAnswer(group: Group, decision: Decision): Decision {
  const { reply } = decision;
  if (group.checkOutput === undefined || !isAnswered(decision)) return decision;
  if (reply === undefined) {
    const flaw = 'The reply is missing: answer with JSON that fits the schema.';
    return decision.toolCalls.length > 0 ? decision : { ...decision, final: false, flaw };
  }
  const { value, problem } = read(FENCED.exec(reply)?.[1] ?? reply, group.checkOutput);
  if (problem === undefined) return { ...decision, reply: JSON.stringify(value) };
  const flaw = `The reply does not fit: ${problem}. Answer with JSON that fits the schema.`;
  return { ...decision, toolCalls: [], final: false, flaw };
}

function read(
  text: string,
  check: (value: Json) => string | undefined,
): { readonly value: Json; readonly problem: string | undefined } {
  try {
    const value = JSON.parse(text) as Json;
    return { value, problem: check(value) };
  } catch (error) {
    return { value: null, problem: `it is not JSON (${toErrorInfo(error).message.slice(0, 200)})` };
  }
}
