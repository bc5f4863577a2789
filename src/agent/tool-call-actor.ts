import { CallContext } from '../base/call-context.ts';
import { TOOL_LOG_MAX_CHARS } from '../base/limits.ts';
import type { AgentSpec, ChatMessage, Ends, JsonObject, Message, RunFact, ToolCall, ToolResult } from '../protocol.ts';
import { runToolCall } from '../tools/call.ts';
import type { Board, Mail, Notes, Tool, ToolContext } from '../tools/tool.ts';
import { createNotes } from './agent-notes.ts';
import { toCallId } from './call-id.ts';
import type { AgentEnvironment, CallMail, MailCall } from './environment.ts';
import { type CallPlace, toIdempotencyKey } from './idempotency-key.ts';

/** What a tool call tells its agent when it has settled; the name is that of XState's own promise actors. */
export interface ToolDone {
  readonly type: 'xstate.done.actor.tool';
  readonly output: ToolOutput;
}

export interface ToolOutput {
  /** Place of the call in the decision. */
  readonly index: number;
  readonly result: ToolResult;
  readonly durationMs: number;
}

/** Where a call stands in its agent's life. */
export interface ActionPlace extends Pick<CallPlace, 'observation' | 'calls' | 'position'> {
  /** How often the observation has failed before. */
  readonly failures: number;
  /** What its agent works on: the message, and the conversation from there on. */
  readonly said: {
    readonly cause: Message | undefined;
    readonly transcript: readonly ChatMessage[];
    readonly from: number;
  };
}

/**
 * One tool call as a promise actor: started once, it settles once, and tells its agent. It is at the same time what the
 * tool gets to work with: its call's time, chance and signal, its agent's row, and the other agents' mailboxes.
 *
 * Not `createActor(fromPromise(...))`: that makes 1.5 kB of mailbox, observers and closures for a call that has neither
 * children nor subscribers; with two calls a turn and ten thousand agents it was a quarter of what a turn costs.
 *
 * Contract: never throws, and always settles: at the tool's deadline or at `abort` if the tool itself does not.
 */
export class ToolCallActor extends CallContext implements ToolContext, MailCall {
  /** As decided, or as a person has changed it. */
  call: ToolCall;
  readonly spec: AgentSpec;
  ends?: Ends;
  readonly #env: AgentEnvironment;
  readonly #index: number;
  readonly #place: ActionPlace;
  #key: string | undefined;
  #mail: CallMail | undefined;
  #isEdited = false;
  /** Its tool works outside of the run's clock. */
  #isOutside = false;

  /**
   * @param index Place of the call in the decision, from 0.
   * @param place Place of the call in the agent's life.
   */
  constructor(env: AgentEnvironment, spec: AgentSpec, turn: number, call: ToolCall, index: number, place: ActionPlace) {
    super(spec.id, turn, toCallId(turn, index + 1, place.failures), env.clock, env.random);
    this.call = call;
    this.spec = spec;
    this.#env = env;
    this.#index = index;
    this.#place = place;
  }

  /** Made when it is asked for: most calls have no effects. */
  get idempotencyKey(): string {
    const edited = this.#isEdited ? { edited: this.call } : {};
    this.#key ??= toIdempotencyKey({ run: this.#env.run, agent: this.agent, ...this.#place, ...edited });
    return this.#key;
  }

  /** A person has changed the call, before it is made. */
  edit(args: JsonObject): void {
    this.call = { ...this.call, args };
    this.#isEdited = true;
    this.#key = undefined;
  }

  /** @param tool Undefined: the agent has none of that name. */
  start(tool: Tool | undefined, tell: (done: ToolDone) => void): void {
    this.#isOutside = tool?.external ?? false;
    const startedAt = this.clock.elapsed();
    runToolCall(this.call, tool, this).then((raw) => {
      const plain = this.#told(this.#withoutSecrets(raw));
      const result = this.ends === undefined || raw.isError ? plain : { ...plain, ends: this.ends };
      const durationMs = this.clock.elapsed() - startedAt;
      tell({ type: 'xstate.done.actor.tool', output: { index: this.#index, result, durationMs } });
    });
  }

  /** A model has to know that what was done is not what it decided. */
  #told(result: ToolResult): ToolResult {
    return this.#isEdited ? { ...result, edited: true, args: this.call.args } : result;
  }

  #withoutSecrets(result: ToolResult): ToolResult {
    const content = this.#env.secrets?.json(result.content) ?? result.content;
    return content === result.content ? result : { ...result, content };
  }

  begin(): void {
    this.#mail?.begin();
  }

  get row(): JsonObject {
    return this.spec.row;
  }

  get cause(): Message | undefined {
    return this.#place.said.cause;
  }

  conversation(): readonly ChatMessage[] {
    const { transcript, from } = this.#place.said;
    return transcript.slice(from);
  }

  get params(): JsonObject {
    return this.#env.params;
  }

  get folder(): string {
    return this.#env.folder;
  }

  get memory(): Notes {
    const { run, store, secrets } = this.#env;
    const notes = createNotes(store, { run, agent: this.agent, clock: this.clock, isOutside: this.#isOutside });
    if (secrets === undefined) return notes;
    return {
      remember: (key, text, options) => notes.remember(secrets.json(key), secrets.json(text), options),
      all: notes.all,
    };
  }

  log(text: string): void {
    const { id, name } = this.call;
    // Before it is cut: half a secret is not found.
    const shown = (this.#env.secrets?.text(text) ?? text).slice(0, TOOL_LOG_MAX_CHARS);
    this.tell({ type: 'tool.logged', agent: this.agent, turn: this.turn, callId: id, name, text: shown });
  }

  tell(fact: RunFact): void {
    this.#env.tell(fact);
  }

  board(name: string): Board {
    return this.#env.mailroom.boardOf(this, name);
  }

  get mail(): Mail {
    this.#mail ??= this.#env.mailroom.mailOf(this);
    return this.#mail;
  }
}
