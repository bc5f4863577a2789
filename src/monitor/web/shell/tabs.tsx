import { VIEWS, type View } from '../route.ts';
import { route, toHref } from '../router.ts';

const NAME: Readonly<Record<View, string>> = {
  fleet: 'Fleet',
  chart: 'Chart',
  agent: 'Agent',
  timeline: 'Timeline',
  log: 'Log',
};

export function Tabs() {
  const { view: shown, agent } = route.value;
  return (
    <nav class="tabs" aria-label="Views">
      {VIEWS.map((view, index) => (
        <a
          key={view}
          href={toHref(view === 'agent' && agent !== undefined ? { view, agent } : { view })}
          aria-current={view === shown ? 'page' : undefined}
          title={`${NAME[view]} (${index + 1})`}
        >
          {NAME[view]}
        </a>
      ))}
    </nav>
  );
}
