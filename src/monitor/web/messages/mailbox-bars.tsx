import type { MailboxesView } from '../../talk-messages.ts';
import { formatNumber } from '../format.ts';
import { toHref } from '../router.ts';
import { toMailboxRanges } from './mailbox-ranges.ts';

const SHOWN = 10;

/** How many messages wait, where most do, and how they are spread. */
export function MailboxBars({ mailboxes }: { readonly mailboxes: MailboxesView }) {
  const { total, fullest, histogram } = mailboxes;
  const most = fullest[0]?.messages ?? 0;
  const ranges = toMailboxRanges(histogram);
  const largest = Math.max(1, ...ranges.map(({ agents }) => agents));
  return (
    <section aria-label="Mailboxes" data-testid="mailboxes">
      <h2 class="panel-title">
        Mailboxes <span class="plot-value">{formatNumber(total)} waiting</span>
      </h2>
      {most === 0 && <p class="muted">No message waits.</p>}
      {fullest.slice(0, SHOWN).map(({ agent, messages }) => (
        <Bar key={agent} part={messages / most} count={messages}>
          <a href={toHref({ view: 'agent', agent })}>{agent}</a>
        </Bar>
      ))}
      {most > 0 && (
        <details>
          <summary>{fullest.length > SHOWN ? 'The next ones, and all agents' : 'All agents'}</summary>
          {fullest.slice(SHOWN).map(({ agent, messages }) => (
            <Bar key={agent} part={messages / most} count={messages}>
              <a href={toHref({ view: 'agent', agent })}>{agent}</a>
            </Bar>
          ))}
          <p class="muted">Agents by how many messages wait for them:</p>
          {ranges.map(({ range, agents }) => (
            <Bar key={range} part={agents / largest} count={agents}>
              {range}
            </Bar>
          ))}
        </details>
      )}
    </section>
  );
}

interface BarProps {
  /** 0 to 1. */
  readonly part: number;
  readonly count: number;
  readonly children: preact.ComponentChildren;
}

function Bar({ part, count, children }: BarProps) {
  return (
    <div class="mailbox">
      <span class="mailbox-name">{children}</span>
      <span class="mailbox-bar" aria-hidden="true">
        <i style={{ width: `${part * 100}%` }} />
      </span>
      <span class="mailbox-count">{formatNumber(count)}</span>
    </div>
  );
}
