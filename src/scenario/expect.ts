import { toErrorInfo } from '../base/errors.ts';
import { compileExpression, type Expression } from '../base/expression.ts';
import type { ExpectationResult, RunSummary } from '../protocol.ts';

/** A summary before its expectations are known. */
export type MeasuredSummary = Omit<RunSummary, 'expectations' | 'error' | 'models'>;

/** Of a run that has not begun. */
export const BLANK: MeasuredSummary = {
  run: '',
  scenario: '',
  status: 'done',
  seed: 0,
  agents: { total: 0, done: 0, failed: 0, stopped: 0 },
  turns: 0,
  replies: 0,
  modelCalls: 0,
  modelFailures: 0,
  toolCalls: { total: 0, failed: 0 },
  restarts: 0,
  retries: { model: 0, tool: 0 },
  throttled: 0,
  corrections: 0,
  deadLetters: 0,
  deadlocks: 0,
  loops: 0,
  messages: 0,
  tokens: { input: 0, output: 0 },
  costUsd: 0,
  wallMs: 0,
  virtualMs: 0,
  criticalPathMs: 0,
  drainMs: 0,
  cpuMs: 0,
  memory: { writes: 0, bytes: 0 },
  loopDelayMs: { p50: 0, p99: 0, max: 0 },
};

/** The names an expectation may read: the summary's, in snake_case. */
export const EXPECT_NAMES: readonly string[] = Object.keys(summaryScope(BLANK));

/** The same with what is inside them: `agents`, `agents.total`, ... */
export const EXPECT_PATHS: readonly string[] = Object.entries(summaryScope(BLANK)).flatMap(([name, value]) => [
  name,
  ...(typeof value === 'object' && value !== null ? Object.keys(value).map((key) => `${name}.${key}`) : []),
]);

/** What an expectation sees of a summary: `modelCalls` is `model_calls`, `agents.done` stays as it is. */
export function summaryScope(summary: MeasuredSummary): Record<string, unknown> {
  // By the names of the blank one: whatever else a caller's object carries is no part of the contract.
  const pick = (from: object, names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(
      names.map((name) => {
        const value: unknown = (from as Record<string, unknown>)[name];
        return [toSnake(name), typeof value === 'object' && value !== null ? pick(value, Object.keys(value)) : value];
      }),
    );
  return pick(summary, Object.keys(BLANK));
}

/**
 * Evaluates a scenario's expectations.
 *
 * Contract: never throws. What cannot be evaluated, or is not true or false, has failed and says why.
 *
 * @param expect CEL expressions over the names of `EXPECT_NAMES`.
 * @returns One result for each, in their order.
 */
export function checkExpectations(expect: readonly string[], summary: MeasuredSummary): ExpectationResult[] {
  const scope = summaryScope(summary);
  return expect.map((source) => {
    try {
      const expression = compileExpression(source, EXPECT_NAMES);
      const value = expression.evaluate(scope);
      const actual = describeReads(expression, scope);
      if (typeof value === 'boolean') return { expect: source, pass: value, actual };
      return { expect: source, pass: false, actual: `it is ${toText(value)}, which is not true or false: ${actual}` };
    } catch (error) {
      return { expect: source, pass: false, actual: toErrorInfo(error).message };
    }
  });
}

function describeReads({ reads, source }: Expression, scope: Record<string, unknown>): string {
  if (reads.length === 0) return `${source} reads nothing of the summary`;
  return reads.map((path) => `${path} = ${toText(valueAt(scope, path))}`).join(', ');
}

function valueAt(scope: Record<string, unknown>, path: string): unknown {
  let value: unknown = scope;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return value;
}

/** Numbers to three places: nobody compares microseconds by eye. */
function toText(value: unknown): string {
  const plain = (_key: string, item: unknown): unknown => {
    if (typeof item === 'bigint') return Number(item);
    return typeof item === 'number' ? Math.round(item * 1_000) / 1_000 : item;
  };
  return JSON.stringify(value, plain) ?? String(value);
}

function toSnake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
