import type { JsonObject, ModelRequest, Usage } from '../protocol.ts';
import { completeDecision } from './complete-decision.ts';
import type { Model, ModelContext } from './model.ts';

/** What a model written in code may answer: a text is a reply, and everything left out has its default. */
export type ModelAnswer =
  | string
  | {
      readonly reply?: string | undefined;
      /** Default: none. */
      readonly toolCalls?: readonly { readonly name: string; readonly args: JsonObject }[] | undefined;
      /** Default: true without calls. */
      readonly final?: boolean | undefined;
      /** Default: no tokens. */
      readonly usage?: Partial<Usage> | undefined;
    };

/**
 * Makes a model of a function. Calls get their ids in order, `serviceMs` is measured.
 *
 * Contract: take time and chance from `context` alone (`context.clock`, `context.random`, `context.sleep`), or a
 * rehearsal is not repeatable; let real work, such as a request to a provider, go through
 * `context.clock.external(promise)`, so that virtual time waits for it; stop when `context.signal` aborts. A throw or a
 * rejection fails the turn, not the process; a `ModelCallError` says whether the call may be made again, and when. Text
 * that is passed to `context.onText`, where there is one, is shown as it comes.
 *
 * @param definition.name The name agents use; it replaces a model of that name in the scenario.
 * @throws {TypeError} If the name is empty.
 *
 * @example
 * const echo = defineModel({ name: 'echo', decide: (request) => request.observation.text });
 */
export function defineModel(definition: {
  readonly name: string;
  readonly decide: (request: ModelRequest, context: ModelContext) => ModelAnswer | Promise<ModelAnswer>;
}): Model {
  const { name, decide } = definition;
  if (name === '') throw new TypeError('Cannot define a model: its name is empty');
  return {
    name,
    async decide(request, context) {
      const start = context.clock.elapsed();
      const answer: unknown = await decide(request, context);
      const options = { model: name, turn: request.turn, measuredMs: context.clock.elapsed() - start };
      return completeDecision(typeof answer === 'string' ? { reply: answer } : answer, options);
    },
  };
}
