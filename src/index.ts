/** The public API: run a scenario from code, give it tools and models of your own, and follow what happens. */

export { TroupeError } from './base/errors.ts';
export { defineModel } from './model/define-model.ts';
export type { Model, ModelContext } from './model/model.ts';
export { ModelCallError, type ModelCallFailure } from './model/model-call-error.ts';
export { type Monitor, type MonitorOptions, monitorRun } from './monitor-run.ts';
export type {
  BudgetView,
  ChatMessage,
  Decision,
  ErrorInfo,
  ExpectationResult,
  Json,
  JsonObject,
  JsonSchema,
  Message,
  ModelRequest,
  ModelSummary,
  ModelView,
  MonitorCommand,
  Note,
  Observation,
  RunEvent,
  RunResult,
  RunStatus,
  RunSummary,
  Scenario,
  ToolCall,
  ToolResult,
  Usage,
} from './protocol.ts';
export { type Run, type RunOptions, startRun } from './run.ts';
export { type RunScenarioOptions, runScenario, startScenario } from './run-scenario.ts';
export { loadScenario, type Problem, parseScenario, ScenarioError } from './scenario/load.ts';
export type { Accepted, Observing, Outcome, OutcomeListener, OutcomeStatus } from './sources/outcomes.ts';
export type { PushedItem } from './sources/source.ts';
export { toRunResult } from './telemetry/results.ts';
export { defineTool } from './tools/define-tool.ts';
export type { Notes, Tool, ToolContext } from './tools/tool.ts';
