import type { BudgetView } from '../../../protocol.ts';
import { formatDuration, formatNumber, formatUsd } from '../format.ts';

/** A limit of a budget as it is drawn. */
export interface BudgetBar {
  readonly name: string;
  /** `300 + 50 reserved of 1,000`. */
  readonly text: string;
  /** Of the bar, in percent; together at most 100. */
  readonly usedPart: number;
  readonly reservedPart: number;
  readonly level: 'enough' | 'scarce' | 'gone';
}

/** Percent from which a budget is called scarce. */
const SCARCE = 90;
const NAMES = { tokens: 'tokens', usd: 'cost', calls: 'calls', wall: 'time' } as const;
const FORMATS = { tokens: formatNumber, usd: formatUsd, calls: formatNumber, wall: formatDuration } as const;

export function toBudgetBar({ limit, allowed, used, reserved }: BudgetView): BudgetBar {
  const format = FORMATS[limit];
  const usedPart = Math.min(100, (used / allowed) * 100);
  const reservedPart = Math.min(100 - usedPart, (reserved / allowed) * 100);
  const plus = reserved > 0 ? ` + ${format(reserved)} reserved` : '';
  return {
    name: NAMES[limit],
    text: `${format(used)}${plus} of ${format(allowed)}`,
    usedPart,
    reservedPart,
    level: usedPart >= 100 ? 'gone' : usedPart + reservedPart >= SCARCE ? 'scarce' : 'enough',
  };
}
