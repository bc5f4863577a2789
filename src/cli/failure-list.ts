import pc from 'picocolors';
import type { ErrorInfo } from '../protocol.ts';
import { cut, formatNumber } from './table.ts';

/** Errors shown; the rest is in the data directory. */
const SHOWN = 3;
/** What is to be done about an error often stands at the end of its message. */
const MESSAGE_CHARS = 400;

interface Failure {
  /** The first that has failed so. */
  readonly agent: string;
  readonly error: ErrorInfo;
  agents: number;
}

/** Who has failed, and of what: the same error of many agents once. */
export interface FailureList {
  add(agent: string, error: ErrorInfo): void;
  lines(): string[];
}

export function createFailureList(): FailureList {
  const failures = new Map<string, Failure>();
  /** Agents whose errors are others than those shown. */
  let others = 0;
  return {
    add(agent, error) {
      const key = `${error.code} ${error.message}`;
      const same = failures.get(key);
      if (same !== undefined) same.agents++;
      else if (failures.size < SHOWN) failures.set(key, { agent, error, agents: 1 });
      else others++;
    },
    lines: () => [
      ...[...failures.values()].map(
        ({ agent, error, agents }) =>
          `${pc.red(agent)}${agents > 1 ? ` and ${formatNumber(agents - 1)} more` : ''}  ` +
          `${error.code}: ${cut(error.message, MESSAGE_CHARS)}`,
      ),
      ...(others > 0 ? [`and ${formatNumber(others)} more, of other errors`] : []),
    ],
  };
}
