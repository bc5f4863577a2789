import { CallContext } from '../base/call-context.ts';
import { toErrorInfo } from '../base/errors.ts';
import type { ModelContext } from '../model/model.ts';
import type { Decision, ErrorInfo, ModelRequest, RunFact } from '../protocol.ts';
import { toCallId } from './call-id.ts';
import { checkAnswer } from './check-answer.ts';
import type { AgentContext, AgentEvent } from './context.ts';
import { type AgentEnvironment, type Group, groupOf, templateScope } from './environment.ts';
import { handOver } from './hand-over.ts';
import { mayGoAhead } from './may-go-ahead.ts';
import { NOTHING } from './observe.ts';
import { OverBudgetError } from './over-budget-error.ts';
import { TextStream } from './text-stream.ts';

/**
 * One model call of an agent, and what the model gets to work with: from its slice of the event loop to the event that
 * tells the agent how it went.
 */
export class ModelCall extends CallContext implements ModelContext {
  readonly group: Group;
  readonly #env: AgentEnvironment;
  readonly #context: AgentContext;
  readonly #send: (event: AgentEvent) => void;
  #startedAt = 0;
  #stream: TextStream | undefined;

  constructor(env: AgentEnvironment, context: AgentContext, send: (event: AgentEvent) => void) {
    const { spec, turn, work } = context;
    super(spec.id, turn, toCallId(turn, 'model', work.attempts), env.clock, env.random);
    this.group = groupOf(env, spec);
    this.#env = env;
    this.#context = context;
    this.#send = send;
  }

  /** Has its slice of the event loop. */
  admit(): void {
    const env = this.#env;
    if (env.isDraining()) env.idle(this.agent);
    else if (mayGoAhead(env)) this.#ask();
    else handOver(env, this.#context).then(() => this.#ask(), this.#fail);
  }

  #ask(): void {
    // While it waited for the disk, the agent may have been stopped, or the run.
    if (this.isAborted) return;
    if (this.#env.isDraining()) {
      this.#env.idle(this.agent);
      return;
    }
    this.#startedAt = this.clock.elapsed();
    if (this.#env.isWatched(this.agent)) {
      this.#stream = new TextStream(this.clock, this.#tellText, this.#env.secrets?.stream());
    }
    try {
      this.#decide(this.#toRequest()).then(this.#answer, this.#fail);
    } catch (error) {
      this.#fail(error);
    }
  }

  #decide(request: ModelRequest): Promise<Decision> {
    const { group } = this;
    const { limited } = group;
    if (limited === undefined) return group.model.decide(request, this);
    const counter = limited.counter.of(this.#context.spec);
    return limited.decide(this.#env, this.#context.work, { group, counter, request, call: this });
  }

  #toRequest(): ModelRequest {
    const { spec, turn, step, observation = NOTHING, work } = this.#context;
    const { instructions, toolDefinitions: tools } = this.group;
    const told = instructions.text(templateScope(spec, this.group));
    const attempt = work.attempts + 1;
    const { output } = spec.group;
    const request = { spec, turn, step, attempt, observation, instructions: told, transcript: work.transcript, tools };
    return output === undefined ? request : { ...request, output };
  }

  get user(): string | undefined {
    return this.#context.spec.user;
  }

  get onText(): ((text: string) => void) | undefined {
    return this.#stream?.take;
  }

  tell(fact: RunFact): void {
    this.#env.tell(fact);
  }

  readonly #tellText = (text: string): void => {
    // The agent has ended.
    if (this.isAborted) return;
    this.#env.emit({ type: 'agent.streamed', agent: this.agent, turn: this.turn, text });
  };

  readonly #answer = (answer: Decision): void => {
    this.#stream?.end();
    // A provider can send back what it was asked with, its key too.
    const decision = checkAnswer(this.group, this.#env.secrets?.json(answer) ?? answer);
    this.#send({ type: 'decided', decision, durationMs: this.clock.elapsed() - this.#startedAt });
  };

  #refuse(refusal: OverBudgetError): void {
    if (refusal.atLimit === 'pause') this.#context.work.parked = () => this.admit();
    this.#send({ type: 'unaffordable', error: toErrorInfo(refusal), atLimit: refusal.atLimit });
  }

  /** What a provider says of a failure may quote the key it was asked with. */
  #toInfo(error: unknown): ErrorInfo {
    const { code, message } = toErrorInfo(error);
    return { code, message: this.#env.secrets?.text(message) ?? message };
  }

  readonly #fail = (error: unknown): void => {
    this.#stream?.end();
    if (error instanceof OverBudgetError) {
      this.#refuse(error);
      return;
    }
    this.#send({ type: 'undecided', error: this.#toInfo(error), durationMs: this.clock.elapsed() - this.#startedAt });
  };
}
