import type { AgentMessage } from '../../messages.ts';
import type { AgentState } from '../../states.ts';
import type { AgentFold } from '../fold/agent-fold.ts';
import { formatDuration, formatNumber, formatUsd } from '../format.ts';
import { StateDot } from '../shell/state-dot.tsx';
import { canControl } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { AgentCommands } from './agent-commands.tsx';

interface AgentFactsProps {
  readonly agent: string;
  readonly state: AgentState;
  readonly fold: AgentFold;
  readonly message: AgentMessage | undefined;
}

/** Who it is and how far it has come. */
export function AgentFacts({ agent, state, fold, message }: AgentFactsProps) {
  const { turns, restarts, tokens, costUsd, criticalPathMs, ended, waitingFor, failedCalls } = fold;
  const facts: readonly (readonly [string, string, boolean?])[] = [
    ['turn', formatNumber(turns.at(-1)?.turn ?? 0)],
    ['tokens in', formatNumber(tokens.input)],
    ['tokens out', formatNumber(tokens.output)],
    ...(costUsd > 0 ? [['cost', formatUsd(costUsd)] as const] : []),
    ['critical path', formatDuration(criticalPathMs)],
    ...(failedCalls > 0 ? [['failed calls', formatNumber(failedCalls), true] as const] : []),
    ...(restarts > 0 ? [['restarts', formatNumber(restarts), true] as const] : []),
  ];
  return (
    <div class="agent-facts">
      <h2>{agent}</h2>
      <p class="agent-state">
        <StateDot state={state} /> <b data-testid="agent-state">{state}</b>
        {waitingFor !== undefined && state !== 'paused' && <span class="muted"> for {waitingFor}</span>}
      </p>
      {ended?.error !== undefined && (
        <p class="is-bad">
          {ended.error.message} <code>{ended.error.code}</code>
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value, isBad]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={isBad === true ? 'is-bad' : ''}>{value}</dd>
          </div>
        ))}
      </dl>
      {message !== undefined && message.instructions !== '' && (
        <details>
          <summary>Instructions</summary>
          <p class="text-block">{message.instructions}</p>
        </details>
      )}
      {canControl.value && travelAt.value === undefined && !isOver(state) && <AgentCommands agent={agent} />}
    </div>
  );
}

function isOver(state: AgentState): boolean {
  return state === 'done' || state === 'failed' || state === 'stopped';
}
