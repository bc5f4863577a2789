import type { CallContext } from '../base/call-context.ts';
import type { Decision, ModelRequest, RunFact } from '../protocol.ts';

/** What a model call may use besides time and chance. */
export interface ModelContext extends CallContext {
  /** Whom the agent works for: users take turns at the gate. Undefined: nobody. */
  readonly user?: string | undefined;
  /** Takes text of the answer as it comes. Undefined: nobody watches, and the model need not stream. */
  readonly onText?: ((text: string) => void) | undefined;
  /** Tells everyone who watches the run. */
  tell(fact: RunFact): void;
}

/** What a provider has said, with an answer, of how much it may be asked. What is absent was not said. */
export interface ProviderLimits {
  readonly requests?: ProviderLimit;
  readonly tokens?: ProviderLimit;
}

export interface ProviderLimit {
  /** For one window. */
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds until the window begins anew. */
  readonly resetMs?: number;
}

/** What decides. One instance serves every agent that names it. */
export interface Model {
  /** The name in the scenario. */
  readonly name: string;
  /**
   * Answers one observation.
   *
   * Contract: may reject or throw; the caller turns that into a typed failure of the turn. Should stop working when
   * `context.signal` aborts. What it knows of a failure it says by a `ModelCallError`. Must take time and chance from
   * `context` alone, or a rehearsal is not repeatable.
   *
   * @param onLimits Called with what the provider says of its limits, before the decision comes.
   */
  decide(request: ModelRequest, context: ModelContext, onLimits?: (limits: ProviderLimits) => void): Promise<Decision>;
  /** Frees what it holds: connections, processes. */
  close?(): Promise<void>;
}
