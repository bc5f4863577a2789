import { CallContext } from '../base/call-context.ts';
import { TroupeError, toErrorInfo } from '../base/errors.ts';
import { planCondensing } from '../model/context/plan-condensing.ts';
import { toCondensed } from '../model/context/to-condensed.ts';
import { toCondensedTranscript } from '../model/context/to-condensed-transcript.ts';
import { toSummaryRequest } from '../model/context/to-summary-request.ts';
import type { ModelContext } from '../model/model.ts';
import type { TokenCounter } from '../model/token-counter.ts';
import type { Condensed, ContextSpec, ModelRequest, RunFact, Usage } from '../protocol.ts';
import type { AgentEnvironment, Conversation, Group } from './environment.ts';
import { addUsage } from './spent.ts';
import { askWithinBudget } from './within-budget.ts';

/** The question for a summary: a call of its own beside the agent's, and over with it. */
class SummaryCall extends CallContext implements ModelContext {
  readonly onText = undefined;
  readonly #call: ModelContext;

  constructor(env: AgentEnvironment, call: ModelContext) {
    super(call.agent, call.turn, `${call.callId}/summary`, env.clock, env.random);
    this.#call = call;
    call.onAbort((reason) => this.abort(reason));
  }

  get user(): string | undefined {
    return this.#call.user;
  }

  tell(fact: RunFact): void {
    this.#call.tell(fact);
  }
}

interface Condensing {
  readonly group: Group;
  readonly counter: TokenCounter;
  readonly spec: ContextSpec;
  readonly call: ModelContext;
}

/**
 * Makes a request fit its group's context: of a conversation that is too long, the oldest part gives way, to a summary if
 * that is wanted.
 *
 * @returns The request as it is sent; rejects with `CONTEXT_EXCEEDED` if what cannot give way is too long.
 */
export async function fitContext(
  env: AgentEnvironment,
  work: Conversation,
  request: ModelRequest,
  condensing: Condensing,
): Promise<ModelRequest> {
  const { counter, spec, call } = condensing;
  const { transcript } = work;
  const limit = toLimit(spec, counter.countRequest({ ...request, transcript: [] }).tokens);
  const plan = planCondensing(transcript, {
    tokensOf: (message) => counter.countMessage(message),
    limit,
    whenFull: spec.whenFull,
    condensed: work.condensed,
    ...(work.observedFrom !== undefined && { current: work.observedFrom }),
  });
  const send = (): ModelRequest => ({
    ...request,
    transcript: toCondensedTranscript(transcript, work.condensed, plan?.cuts),
  });
  const before = work.condensed;
  if (plan === undefined || plan.dropped <= (before?.dropped ?? 0)) return send();

  const tokensBefore = counter.countRequest(send()).tokens;
  const part = { from: before?.dropped ?? 0, to: plan.dropped, limit };
  const { condensed, usage } = plan.summarise
    ? await summarise(env, request, { ...condensing, ...part, earlier: before })
    : {
        condensed: toCondensed(plan.dropped, undefined, undefined, {
          limit,
          countText: (text) => counter.countText(text),
        }),
      };
  work.condensed = condensed;
  if (usage !== undefined) work.spent = addUsage(work.spent, usage);
  const sent = send();
  const { dropped, summary } = condensed;
  call.tell({
    type: 'agent.condensed',
    agent: call.agent,
    turn: call.turn,
    dropped,
    tokensBefore,
    tokensAfter: counter.countRequest(sent).tokens,
    ...(summary !== undefined && { summary }),
    ...(usage !== undefined && { usage }),
  });
  return sent;
}

/** Tokens that are left for the conversation. @param taken By everything else. */
function toLimit({ tokens }: ContextSpec, taken: number): number {
  if (taken < tokens) return tokens - taken;
  throw new TroupeError(
    'CONTEXT_EXCEEDED',
    `Cannot ask the model: instructions and tools alone take ${taken} tokens of the ${tokens} allowed; ` +
      'allow more (context.tokens)',
  );
}

interface Part extends Condensing {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly earlier: Condensed | undefined;
}

/** If there is no summary to be had, what was to be summed up is left out: the agent can still go on. */
async function summarise(
  env: AgentEnvironment,
  request: ModelRequest,
  { group, counter, spec, call, from, to, limit, earlier }: Part,
): Promise<{ condensed: Condensed; usage?: Usage }> {
  const countText = (text: string): number => counter.countText(text);
  try {
    const messages = request.transcript.slice(from, to);
    const asked = toSummaryRequest(request, messages, { contextTokens: spec.tokens, limit, earlier, countText });
    const context = new SummaryCall(env, call);
    const answer = await askWithinBudget(env, group, counter, { request: asked, context });
    const { reply, usage } = env.secrets?.json(answer) ?? answer;
    return { condensed: toCondensed(to, reply, earlier, { limit, countText }), usage };
  } catch (error) {
    const { code } = toErrorInfo(error);
    // Without budget there is no answer either, and whoever is stopped wants none. A replay has to say where it diverges.
    if (code === 'BUDGET' || code === 'REPLAY_MISSING' || call.isAborted) throw error;
    return { condensed: toCondensed(to, undefined, earlier, { limit, countText }) };
  }
}
