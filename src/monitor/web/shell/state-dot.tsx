import type { AgentState } from '../../states.ts';

/** A square in the state's colour, with the state's mark. */
export function StateDot({ state }: { readonly state: AgentState }) {
  return <span class="dot" data-state={state} aria-hidden="true" />;
}
