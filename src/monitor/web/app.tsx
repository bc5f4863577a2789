import type { ComponentType } from 'preact';
import { AgentView } from './agent/agent-view.tsx';
import { ChartView } from './chart/chart-view.tsx';
import { FleetView } from './fleet/fleet-view.tsx';
import { lazyView } from './lazy-view.tsx';
import { LogView } from './log/log-view.tsx';
import type { View } from './route.ts';
import { route } from './router.ts';
import { ConnectionBanner } from './shell/connection-banner.tsx';
import { Dialogs } from './shell/dialogs.tsx';
import { Header } from './shell/header.tsx';
import { Notices } from './shell/notices.tsx';
import { Scrubber } from './shell/scrubber.tsx';
import { StateCounts } from './shell/state-counts.tsx';
import { Tabs } from './shell/tabs.tsx';
import { TravelMark } from './shell/travel-mark.tsx';
import { connectionState, welcome } from './store/run-store.ts';
import { travelAt } from './store/travel-store.ts';
import { TimelineView } from './timeline/timeline-view.tsx';

const VIEW: Readonly<Record<View, ComponentType>> = {
  fleet: FleetView,
  chart: ChartView,
  agent: AgentView,
  timeline: TimelineView,
  log: LogView,
  messages: lazyView(async () => (await import('./messages/messages-view.tsx')).MessagesView),
  inbox: lazyView(async () => (await import('./inbox/inbox-view.tsx')).InboxView),
};

export function App() {
  const Shown = VIEW[route.value.view];
  const isOld = welcome.value !== undefined && connectionState.value !== 'open';
  return (
    <div class={`app${travelAt.value === undefined ? '' : ' is-travelling'}${isOld ? ' is-old' : ''}`}>
      <Header />
      <div class="bar">
        <Tabs />
        <StateCounts />
      </div>
      <ConnectionBanner />
      <TravelMark />
      <main class="main" id="main" data-view={route.value.view}>
        {welcome.value !== undefined && <Shown />}
      </main>
      <Scrubber />
      <Notices />
      <Dialogs />
    </div>
  );
}
