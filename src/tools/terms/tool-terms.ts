import type { Semaphore } from '../../base/semaphore.ts';
import type { ResultCache } from './result-cache.ts';

/** On what terms a tool is called, and what all its calls share for it. */
export interface ToolTerms {
  /** How often a failed call is made again. */
  readonly retries: number;
  /** Calls at once. Undefined: no limit. */
  readonly places: Semaphore | undefined;
  /** Results that stand for later calls. Undefined: none do. */
  readonly cache: ResultCache | undefined;
}
