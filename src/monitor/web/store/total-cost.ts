import type { LimitsMessage } from '../../messages.ts';

/** @returns US dollars, of all groups, and of what was spent before a resume. */
export function totalCost({ spent, before }: Pick<LimitsMessage, 'spent' | 'before'>): number {
  return spent.reduce((sum, { usd }) => sum + usd, before?.usd ?? 0);
}
