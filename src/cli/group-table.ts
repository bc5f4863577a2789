import type { RunEvent } from '../protocol.ts';
import { type Column, formatUsd, toTable } from './table.ts';

interface GroupRow {
  readonly group: string;
  agents: number;
  done: number;
  failed: number;
  stopped: number;
  turns: number;
  tools: number;
  toolErrors: number;
  sent: number;
  tokensIn: number;
  tokensOut: number;
  usd: number;
}

const COLUMNS: readonly Column<GroupRow>[] = [
  { heading: 'group', value: (row) => row.group },
  { heading: 'agents', value: (row) => row.agents },
  { heading: 'done', value: (row) => row.done },
  { heading: 'failed', value: (row) => row.failed },
  { heading: 'stopped', value: (row) => row.stopped },
  { heading: 'turns', value: (row) => row.turns },
  { heading: 'tool calls', value: (row) => row.tools },
  { heading: 'errors', value: (row) => row.toolErrors },
  { heading: 'tokens in', value: (row) => row.tokensIn },
  { heading: 'out', value: (row) => row.tokensOut },
];

/** Only where agents speak to each other. */
const SENT_COLUMN: Column<GroupRow> = { heading: 'messages', value: (row) => row.sent };
const COST_COLUMN: Column<GroupRow> = { heading: 'cost', value: (row) => formatUsd(row.usd) };

/** A row of numbers for each group, counted while the run goes on. */
export interface GroupTable {
  onEvent(event: RunEvent): void;
  /** @param options.cost Whether there is a column for money. */
  lines(options: { readonly cost: boolean }): string[];
}

export function createGroupTable(): GroupTable {
  const rows = new Map<string, GroupRow>();
  return {
    onEvent(event) {
      // What comes from outside is no agent's.
      if (!('agent' in event) || !event.agent.includes('/')) return;
      const group = event.agent.slice(0, event.agent.lastIndexOf('/'));
      let row = rows.get(group);
      if (row === undefined) {
        row = toRow(group);
        rows.set(group, row);
      }
      count(row, event);
    },
    lines({ cost }) {
      const all = [...rows.values()];
      const sent = all.some((row) => row.sent > 0) ? [SENT_COLUMN] : [];
      return toTable([...COLUMNS, ...sent, ...(cost ? [COST_COLUMN] : [])], all);
    },
  };
}

function toRow(group: string): GroupRow {
  const nothing = { agents: 0, done: 0, failed: 0, stopped: 0, turns: 0, tools: 0, toolErrors: 0, sent: 0 };
  return { group, ...nothing, tokensIn: 0, tokensOut: 0, usd: 0 };
}

function count(row: GroupRow, event: RunEvent): void {
  switch (event.type) {
    case 'agent.started':
      row.agents++;
      break;
    case 'agent.observed':
      row.turns++;
      break;
    case 'agent.decided':
      row.tokensIn += event.decision.usage.inputTokens;
      row.tokensOut += event.decision.usage.outputTokens;
      row.usd += event.decision.usage.costUsd ?? 0;
      break;
    case 'tool.finished':
      row.tools++;
      if (event.result.isError) row.toolErrors++;
      break;
    case 'message.sent':
      row.sent++;
      break;
    case 'agent.ended':
      if (event.status === 'done' || event.status === 'failed' || event.status === 'stopped') row[event.status]++;
      break;
  }
}
