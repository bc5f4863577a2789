import type { RunEvent } from '../../../protocol.ts';

const ALL: Readonly<Record<RunEvent['type'], true>> = {
  'run.started': true,
  'run.draining': true,
  'run.stalled': true,
  'run.finished': true,
  'store.degraded': true,
  'store.recovered': true,
  'agent.started': true,
  'agent.observed': true,
  'agent.waiting': true,
  'agent.paused': true,
  'agent.resumed': true,
  'agent.decided': true,
  'agent.restarting': true,
  'agent.passivated': true,
  'agent.woken': true,
  'agent.set-aside': true,
  'supervisor.escalated': true,
  'agent.recalled': true,
  'agent.replied': true,
  'agent.stored': true,
  'agent.ended': true,
  'model.failed': true,
  'tool.started': true,
  'tool.finished': true,
  'message.sent': true,
};

/** Every type of event. */
export const EVENT_TYPES = Object.keys(ALL) as readonly RunEvent['type'][];
