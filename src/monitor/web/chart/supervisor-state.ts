import { computed } from '@preact/signals';
import { counts } from '../store/fleet-store.ts';
import { run } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';

/** The supervisor's state as far as the agents tell it; undefined where they do not. */
export const supervisorState = computed(() => {
  if (travelAt.value === undefined && run.value?.live === false) return 'stopped';
  if (run.value === undefined) return undefined;
  return counts.value.unstarted > 0 ? 'starting' : 'running';
});
