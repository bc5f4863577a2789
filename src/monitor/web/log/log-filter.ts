import { computed } from '@preact/signals';
import type { LogFilter } from '../../messages.ts';
import { toNames } from '../route.ts';
import { query } from '../router.ts';
import { agentNames } from '../store/run-store.ts';
import { EVENT_TYPES } from './event-types.ts';

/** Agents that a text may stand for; more than these are not asked for. */
const AGENTS_MAX = 200;
const NOBODY = '-';

/** What the address says about the log; a text means every agent in whose name it is. */
export const logFilter = computed<LogFilter>(() => {
  const { group, q = '', type, failures } = query.value;
  const types = EVENT_TYPES.filter((name) => toNames(type).includes(name));
  const text = q.trim().toLowerCase();
  const agents = text === '' ? [] : agentNames.value.filter((name) => name.toLowerCase().includes(text));
  return {
    ...(group !== undefined && { groups: toNames(group) }),
    ...(text !== '' && { agents: agents.length === 0 ? [NOBODY] : agents.slice(0, AGENTS_MAX) }),
    ...(types.length > 0 && { types }),
    ...(failures === '1' && { failures: true }),
  };
});
