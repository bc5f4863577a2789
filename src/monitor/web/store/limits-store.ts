import { computed, signal } from '@preact/signals';
import type { LimitsMessage } from '../../messages.ts';
import { totalCost } from './total-cost.ts';
import { travelAt } from './travel-store.ts';

export const limits = signal<LimitsMessage | undefined>(undefined);

/** Of the past nobody knows them. */
export const shownLimits = computed(() => (travelAt.value === undefined ? limits.value : undefined));

/** US dollars, of the whole run. */
export const shownCost = computed(() => (shownLimits.value === undefined ? 0 : totalCost(shownLimits.value)));
