import { describe, expect, test } from 'vitest';
import {
  checkExpectations,
  EXPECT_NAMES,
  EXPECT_PATHS,
  type MeasuredSummary,
  summaryScope,
} from '../../src/scenario/expect.ts';

const summary: MeasuredSummary = {
  run: 'r1',
  scenario: 'demo',
  status: 'done',
  seed: 1,
  agents: { total: 200, done: 199, failed: 1, stopped: 0 },
  turns: 400,
  replies: 199,
  modelCalls: 400,
  modelFailures: 0,
  toolCalls: { total: 10, failed: 0 },
  restarts: 0,
  retries: { model: 0, tool: 0 },
  throttled: 0,
  corrections: 0,
  deadLetters: 0,
  deadlocks: 0,
  loops: 0,
  messages: 0,
  tokens: { input: 5, output: 6 },
  costUsd: 0,
  wallMs: 3_012.123456,
  virtualMs: 3_012.123456,
  criticalPathMs: 2_000,
  drainMs: 1,
  cpuMs: 100,
  memory: { writes: 400, bytes: 1_000 },
  loopDelayMs: { p50: 1, p99: 12.5, max: 20 },
};

const check = (source: string) => checkExpectations([source], summary)[0];

describe('summaryScope', () => {
  test('is the summary in snake_case', () =>
    expect(summaryScope(summary)).toMatchObject({
      status: 'done',
      agents: { done: 199 },
      tool_calls: { total: 10 },
      critical_path_ms: 2_000,
      loop_delay_ms: { p99: 12.5 },
    }));
  test('has the names that expectations are checked with, and no other', () => {
    const more = { ...summary, expectations: [], error: { code: 'X', message: 'x' } };
    expect(Object.keys(summaryScope(more))).toEqual(EXPECT_NAMES);
  });
  test('EXPECT_PATHS has what is inside', () =>
    expect(EXPECT_PATHS).toEqual(expect.arrayContaining(['agents', 'agents.done', 'loop_delay_ms.p99', 'wall_ms'])));
});

describe('checkExpectations', () => {
  test.each([
    ['agents.done == 199', true, 'agents.done = 199'],
    ['agents.done == agents.total', false, 'agents.done = 199, agents.total = 200'],
    ['wall_ms < 2 * critical_path_ms', true, 'wall_ms = 3012.123, critical_path_ms = 2000'],
    ['wall_ms < 1.5 * critical_path_ms', false, 'wall_ms = 3012.123, critical_path_ms = 2000'],
    ["status in ['done', 'failed']", true, 'status = "done"'],
    ['loop_delay_ms.p99 < 50', true, 'loop_delay_ms.p99 = 12.5'],
    ['true', true, 'true reads nothing of the summary'],
  ])('%s', (source, pass, actual) => expect(check(source)).toEqual({ expect: source, pass, actual }));

  test.each([
    ['agents.done', 'it is 199, which is not true or false: agents.done = 199'],
    ['agents.nope == 1', 'Cannot evaluate "agents.nope == 1": No such key: nope'],
    ['turns / restarts > 1', 'Cannot evaluate "turns / restarts > 1": division by zero'],
    ['turns ==', 'Cannot read expression "turns ==": Unexpected token: EOF'],
    [
      'params.x == 1',
      `Cannot read expression "params.x == 1": unknown name "params"; here are ${EXPECT_NAMES.join(', ')}`,
    ],
  ])('%s has failed and says why', (source, actual) =>
    expect(check(source)).toEqual({ expect: source, pass: false, actual }));
  test('keeps the order', () =>
    expect(checkExpectations(['false', 'true'], summary).map(({ pass }) => pass)).toEqual([false, true]));
});
