import type { BudgetReached } from '../protocol.ts';
import { formatMs, formatNumber, formatUsd } from './table.ts';

/** How much of a budget's limit has been used, in its unit: `$0.95 of $1.00`, `9 of 10 calls`. */
export function toBudgetUsed({ limit, used, allowed }: Pick<BudgetReached, 'limit' | 'used' | 'allowed'>): string {
  switch (limit) {
    case 'usd':
      return `${formatUsd(used)} of ${formatUsd(allowed)}`;
    case 'wall':
      return `${formatMs(used)} of ${formatMs(allowed)}`;
    default:
      return `${formatNumber(Math.round(used))} of ${formatNumber(Math.round(allowed))} ${limit}`;
  }
}
