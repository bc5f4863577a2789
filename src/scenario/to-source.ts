import { resolve } from 'node:path';
import type { SourceSpec } from '../protocol.ts';
import { defined } from './defined.ts';
import type { CheckedScenario } from './schema.ts';

type CheckedSource = CheckedScenario['sources'][string];

/**
 * A checked source as the rest of troupe reads it.
 *
 * @param folder Absolute; relative paths start here.
 */
export function toSource(source: CheckedSource, folder: string): SourceSpec {
  const { to, policy, text, user, session, limit } = source;
  const common = {
    to,
    policy,
    ...(text !== undefined && { text }),
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session }),
    ...(limit !== undefined && { limit }),
  };
  const {
    every,
    cron,
    timezone,
    tail,
    from = 'start',
    folder: watched,
    extension,
    once = false,
    stdin,
  } = defined(source);
  if (every !== undefined) return { kind: 'every', ...common, everyMs: every };
  if (cron !== undefined) return { kind: 'cron', ...common, cron, ...(timezone !== undefined && { timezone }) };
  if (tail !== undefined) return { kind: 'tail', ...common, file: resolve(folder, tail), from, once };
  if (watched !== undefined) {
    const limits = extension === undefined ? {} : { extension };
    return { kind: 'folder', ...common, folder: resolve(folder, watched), ...limits, once };
  }
  return { kind: stdin === undefined ? 'http' : 'stdin', ...common };
}
