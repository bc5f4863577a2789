import fs from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import type { RunEvent, RunFact } from '../../src/protocol.ts';
import { createEventLog } from '../../src/telemetry/log.ts';
import { LOG_LEVELS, type LogLevel } from '../../src/telemetry/log-level.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const error = { code: 'MODEL_FAILED', message: 'no credit' };
const result = { callId: 'c', name: 't', content: null, serviceMs: 1 };
const agent = 'a/0';
/** Each with the level it is worth. */
const FACTS: readonly (readonly [Exclude<LogLevel, 'silent'>, RunFact])[] = [
  ['info', { type: 'run.started', run: 'r', scenario: 's', seed: 1, virtual: true, agents: 1, startedAt: '' }],
  ['debug', { type: 'agent.started', agent, group: 'a' }],
  ['trace', { type: 'agent.stored', agent, turn: 1 }],
  ['warn', { type: 'model.failed', agent, turn: 1, model: 'm', error, durationMs: 1 }],
  ['warn', { type: 'tool.finished', agent, turn: 1, result: { ...result, isError: true }, durationMs: 1 }],
  ['trace', { type: 'tool.finished', agent, turn: 1, result: { ...result, isError: false }, durationMs: 1 }],
  ['debug', { type: 'agent.ended', agent, status: 'done', turns: 1, criticalPathMs: 1 }],
  ['error', { type: 'agent.ended', agent, status: 'failed', turns: 1, criticalPathMs: 1, error }],
  ['warn', { type: 'run.draining', reason: 'x' }],
  ['error', { type: 'store.degraded', error: { code: 'STORE_FAILED', message: 'full' } }],
  ['warn', { type: 'store.recovered', downMs: 1, writes: 2 }],
];
const events = FACTS.map(([, fact], i): RunEvent => ({ seq: i + 1, at: 2.5, ...fact }));

/** What goes to standard error, a parsed line each. */
function logged(level: LogLevel): Record<string, unknown>[] {
  const lines: string[] = [];
  vi.spyOn(fs, 'writeSync').mockImplementation(((fd: number, text: string) => {
    if (fd === 2) lines.push(...text.trimEnd().split('\n'));
    return Buffer.byteLength(text);
  }) as typeof fs.writeSync);
  const log = createEventLog(level);
  for (const event of events) log(event);
  return lines.map((line) => JSON.parse(line));
}

test.each(LOG_LEVELS)('level %s shows what is worth it or more', (level) => {
  const shown = FACTS.flatMap(([worth], i) => (LOG_LEVELS.indexOf(worth) <= LOG_LEVELS.indexOf(level) ? [i + 1] : []));
  expect(logged(level).map(({ seq }) => seq)).toEqual(shown);
});

test('a line is the event with its level and its type as the message', () => {
  expect(logged('warn')[0]).toMatchObject({ level: 40, seq: 4, at: 2.5, agent, error, msg: 'model.failed' });
});
