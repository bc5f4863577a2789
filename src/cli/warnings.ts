import type { BudgetReached, RunEvent } from '../protocol.ts';
import { toBudgetUsed } from './budget-used.ts';
import { formatMs } from './table.ts';

/**
 * Says, while a run goes on, what somebody should know of at once: a tool that holds up every agent, a model or a server of
 * tools that is down, a budget that is used up. Each once for each of them; the events have every time.
 */
export function createWarnings(say: (text: string) => void): (event: RunEvent) => void {
  const said = new Set<string>();
  return (event) => {
    const [about, text] = toWarning(event) ?? [];
    if (about === undefined || text === undefined || said.has(about)) return;
    said.add(about);
    say(text);
  };
}

/** What it is about, and what to say. */
function toWarning(event: RunEvent): readonly [string, string] | undefined {
  switch (event.type) {
    case 'tool.blocked': {
      const { name, blockedMs } = event;
      const advice = 'let it work in pieces, or outside of the process';
      return [`tool ${name}`, `Tool "${name}" held up every agent for ${formatMs(blockedMs)}: ${advice}.`];
    }
    case 'model.tripped': {
      const { model, error, retryInMs } = event;
      const when = `one call asks again in ${formatMs(retryInMs)}, the others wait`;
      return [`model ${model}`, `Model "${model}" keeps failing; ${when}: ${error.message}`];
    }
    case 'server.down':
      return [`server ${event.server}`, `Server "${event.server}" is down: ${event.error.message}`];
    case 'budget.reached':
      return [`budget ${event.scope}`, toBudgetWarning(event)];
    default:
      return undefined;
  }
}

const WANTED = {
  usd: 'does not have enough money for another call',
  tokens: 'does not have enough tokens for another call',
  calls: 'has no call left',
  wall: 'has no time left',
} as const;

function toBudgetWarning(reached: BudgetReached): string {
  const { scope, limit } = reached;
  return `The budget of ${scope === 'run' ? 'the run' : scope} ${WANTED[limit]}: ${toBudgetUsed(reached)} used.`;
}
