import { useEffect, useRef } from 'preact/hooks';
import { formatNumber } from '../format.ts';
import { VIEWS, type View } from '../route.ts';
import { route, toHref } from '../router.ts';
import { waitingCount } from '../store/inbox-store.ts';

const NAME: Readonly<Record<View, string>> = {
  fleet: 'Fleet',
  chart: 'Chart',
  agent: 'Agent',
  timeline: 'Timeline',
  log: 'Log',
  messages: 'Messages',
  inbox: 'Inbox',
};

export function Tabs() {
  const { view: shown, agent } = route.value;
  const bar = useRef<HTMLElement>(null);
  // A narrow page has no room for all of them.
  useEffect(() => bar.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' }), [shown]);
  return (
    <nav class="tabs" aria-label="Views" ref={bar}>
      {VIEWS.map((view, index) => (
        <a
          key={view}
          href={toHref(view === 'agent' && agent !== undefined ? { view, agent } : { view })}
          aria-current={view === shown ? 'page' : undefined}
          title={`${NAME[view]} (${index + 1})`}
        >
          {NAME[view]}
          {view === 'inbox' && waitingCount.value > 0 && <Count value={waitingCount.value} />}
        </a>
      ))}
    </nav>
  );
}

function Count({ value }: { readonly value: number }) {
  const text = value < 1_000 ? String(value) : `${Math.floor(value / 1_000)}k`;
  return (
    <b class="tab-count" role="status" aria-label={`${formatNumber(value)} waiting`} title={formatNumber(value)}>
      {' '}
      {text}
    </b>
  );
}
