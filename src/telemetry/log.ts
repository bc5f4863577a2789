import { pino } from 'pino';
import { createRedactor } from '../base/redact.ts';
import type { RunEvent } from '../protocol.ts';
import type { LogLevel } from './log-level.ts';

type Level = Exclude<LogLevel, 'silent'>;

/** What is worth which level; anything not named is `trace`. */
const LEVELS: Partial<Record<RunEvent['type'], Level>> = {
  'run.started': 'info',
  'run.draining': 'warn',
  'run.stalled': 'warn',
  'run.finished': 'info',
  'store.degraded': 'error',
  'store.recovered': 'warn',
  'agent.started': 'debug',
  'agent.ended': 'debug',
  'agent.replied': 'debug',
  'model.failed': 'warn',
};

/** Writes the run's events as JSON lines to standard error, without secrets. Loaded only when a level is asked for. */
export function createEventLog(level: LogLevel): (event: RunEvent) => void {
  const redact = createRedactor();
  const stderr = pino.destination({ fd: 2, sync: true });
  const log = pino({ level, base: null }, { write: (line: string) => stderr.write(redact(line)) });
  return (event) => log[toLevel(event)](event, event.type);
}

function toLevel(event: RunEvent): Level {
  if (event.type === 'agent.ended' && event.status === 'failed') return 'error';
  if (event.type === 'tool.finished' && event.result.isError) return 'warn';
  return LEVELS[event.type] ?? 'trace';
}
