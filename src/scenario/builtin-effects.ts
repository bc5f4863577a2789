import type { ToolSpec } from '../protocol.ts';

type Builtin = Extract<ToolSpec, { builtin: unknown }>['builtin'];
type Effects = NonNullable<ToolSpec['effects']>;

/** What calls of built-in tools change, unless a scenario says otherwise: as the tools say themselves. */
export const BUILTIN_EFFECTS: Readonly<Record<Builtin, Effects>> = {
  search: 'none',
  metrics: 'none',
  'read-file': 'none',
  'write-file': 'idempotent',
  'list-files': 'none',
  calculate: 'none',
  now: 'none',
  send: 'idempotent',
  ask: 'idempotent',
  publish: 'idempotent',
  subscribe: 'idempotent',
  unsubscribe: 'idempotent',
  delegate: 'idempotent',
  handoff: 'idempotent',
  spawn: 'idempotent',
  finish: 'idempotent',
  'read-board': 'none',
  'write-board': 'idempotent',
  'ask-person': 'none',
  'append-line': 'once',
  'find-lines': 'none',
  remember: 'idempotent',
  recall: 'none',
  fetch: 'none',
  shell: 'once',
  simulated: 'none',
};
