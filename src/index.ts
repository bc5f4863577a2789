/** The public API: run a scenario from code, give it tools and models of your own, and follow what happens. */

export { TroupeError } from './base/errors.ts';
export { defineModel } from './model/define-model.ts';
export type { Model } from './model/model.ts';
export { type Monitor, type MonitorOptions, monitorRun } from './monitor-run.ts';
export type {
  ChatMessage,
  Decision,
  ErrorInfo,
  ExpectationResult,
  Json,
  JsonObject,
  JsonSchema,
  Message,
  ModelRequest,
  MonitorCommand,
  Observation,
  RunEvent,
  RunResult,
  RunStatus,
  RunSummary,
  Scenario,
  ToolCall,
  ToolResult,
} from './protocol.ts';
export { type Run, type RunOptions, startRun } from './run.ts';
export { type RunScenarioOptions, runScenario, startScenario } from './run-scenario.ts';
export { loadScenario, type Problem, parseScenario, ScenarioError } from './scenario/load.ts';
export { toRunResult } from './telemetry/results.ts';
export { defineTool } from './tools/define-tool.ts';
export type { Tool, ToolContext } from './tools/tool.ts';
