import { computed, signal } from '@preact/signals';
import type { ChartsMessage } from '../../messages.ts';
import { addSample, type FlowSample, toFlowRates } from './flow-rates.ts';
import { mergeCharts } from './merge-charts.ts';
import { isLive } from './run-store.ts';
import { travelAt } from './travel-store.ts';

/** Of the whole run so far, whatever moment is shown. */
export const liveCharts = signal<ChartsMessage | undefined>(undefined);
const pastCharts = signal<ChartsMessage | undefined>(undefined);
const samples = signal<readonly FlowSample[]>([]);

/** The numbers up to the shown moment. */
export const shownCharts = computed(() =>
  travelAt.value === undefined ? liveCharts.value : (pastCharts.value ?? liveCharts.value),
);
/** Transitions a second, by `source>target`; undefined while they are not measured: in the past, and after the end. */
export const flowRates = computed(() =>
  isLive.value && travelAt.value === undefined ? toFlowRates(samples.value) : undefined,
);

export function updateCharts(message: ChartsMessage): void {
  liveCharts.value = message.id === undefined ? mergeCharts(liveCharts.peek(), message) : message;
  samples.value = addSample(samples.peek(), { at: message.at, flow: message.flow });
}

export function setPastCharts(message: ChartsMessage): void {
  pastCharts.value = message;
}

export function resetCharts(): void {
  liveCharts.value = undefined;
  pastCharts.value = undefined;
  samples.value = [];
}
