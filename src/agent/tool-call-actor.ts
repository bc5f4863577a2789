import { CallContext } from '../base/call-context.ts';
import type { AgentSpec, JsonObject, ToolCall, ToolResult } from '../protocol.ts';
import { runToolCall } from '../tools/call.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { AgentEnvironment } from './environment.ts';

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

/**
 * One tool call as a promise actor: started once, it settles once, and tells its agent. It is at the same time what the
 * tool gets to work with: its call's time, chance and signal, its agent's row, and the other agents' mailboxes.
 *
 * Not `createActor(fromPromise(...))`: that makes 1.5 kB of mailbox, observers and closures for a call that has neither
 * children nor subscribers; with two calls a turn and ten thousand agents it was a quarter of what a turn costs.
 *
 * Contract: never throws, and always settles: at the tool's deadline or at `abort` if the tool itself does not.
 */
export class ToolCallActor extends CallContext implements ToolContext {
  readonly call: ToolCall;
  readonly row: JsonObject;
  readonly #env: AgentEnvironment;
  readonly #index: number;

  /** @param index Place of the call in the decision, from 0. */
  constructor(env: AgentEnvironment, spec: AgentSpec, turn: number, call: ToolCall, index: number) {
    super(spec.id, turn, `${turn}/${index + 1}`, env.clock, env.random);
    this.call = call;
    this.row = spec.row;
    this.#env = env;
    this.#index = index;
  }

  /** @param tool Undefined: the agent has none of that name. */
  start(tool: Tool | undefined, tell: (done: ToolDone) => void): void {
    const startedAt = this.clock.elapsed();
    runToolCall(this.call, tool, this).then((result) => {
      const durationMs = this.clock.elapsed() - startedAt;
      tell({ type: 'xstate.done.actor.tool', output: { index: this.#index, result, durationMs } });
    });
  }

  /** Answers without running anything. */
  refuse(error: string, tell: (done: ToolDone) => void): void {
    const { id, name } = this.call;
    const result: ToolResult = { callId: id, name, isError: true, content: { error }, serviceMs: 0 };
    queueMicrotask(() =>
      tell({ type: 'xstate.done.actor.tool', output: { index: this.#index, result, durationMs: 0 } }),
    );
  }

  sendMessage(to: string, body: string): void {
    this.#env.sendMessage(this.agent, to, body);
  }
}
