import { TroupeError } from '../../base/errors.ts';
import { createSemaphore } from '../../base/semaphore.ts';
import type { ToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';
import { ResultCache } from './result-cache.ts';

type Terms = Pick<ToolSpec, 'retries' | 'concurrency' | 'cacheMs'>;

/**
 * Puts the tools of one declaration under its terms. They share its places; each keeps its own results. Of several tools,
 * those whose effects allow it are made again, and keep their results.
 *
 * @param declared The declaration's name.
 * @returns The tools, in their order; as they are if there are no terms.
 * @throws {TroupeError} `SCENARIO_INVALID` if the effects of none of them allow a call to be made again, or a result to be
 * kept, as declared.
 */
export function withTerms(declared: string, tools: readonly Tool[], terms: Terms): readonly Tool[] {
  const { retries = 0, concurrency, cacheMs = 0 } = terms;
  if (retries > 0) {
    const reason = 'a failed call cannot be made again with effects "once", since it may be done twice then';
    requireSome(declared, tools, mayRetry, `${reason}; leave out retries, or declare effects idempotent or none if so`);
  }
  if (cacheMs > 0) {
    const reason = 'a result can stand for other calls only with effects "none", since those are not made';
    requireSome(declared, tools, mayCache, `${reason}; leave out cache, or declare effects none if so`);
  }
  if (retries === 0 && concurrency === undefined && cacheMs === 0) return tools;
  const places = concurrency === undefined ? undefined : createSemaphore(concurrency);
  return tools.map((tool) => {
    const own = {
      retries: mayRetry(tool) ? retries : 0,
      places,
      cache: cacheMs > 0 && mayCache(tool) ? new ResultCache(cacheMs) : undefined,
    };
    return { ...tool, terms: own };
  });
}

function mayRetry({ effects }: Tool): boolean {
  return effects !== 'once';
}

function mayCache({ effects }: Tool): boolean {
  return effects === 'none';
}

function requireSome(declared: string, tools: readonly Tool[], may: (tool: Tool) => boolean, reason: string): void {
  if (tools.length > 0 && !tools.some(may)) {
    throw new TroupeError('SCENARIO_INVALID', `Cannot make tool "${declared}": ${reason}`);
  }
}
