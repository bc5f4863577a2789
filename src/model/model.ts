import type { CallContext } from '../base/call-context.ts';
import type { Decision, ModelRequest } from '../protocol.ts';

/** What decides. One instance serves every agent that names it. */
export interface Model {
  /** The name in the scenario. */
  readonly name: string;
  /**
   * Answers one observation.
   *
   * Contract: may reject or throw; the caller turns that into a typed failure of the turn. Should stop working when
   * `context.signal` aborts. Must take time and chance from `context` alone, or a rehearsal is not repeatable.
   */
  decide(request: ModelRequest, context: CallContext): Promise<Decision>;
}
