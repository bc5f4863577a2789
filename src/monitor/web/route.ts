export const VIEWS = ['fleet', 'chart', 'agent', 'timeline', 'log', 'messages', 'inbox'] as const;

export type View = (typeof VIEWS)[number];

/** What the address says: which view, of whom, and what is chosen there. */
export interface Route {
  readonly view: View;
  /** `agent` only. */
  readonly agent?: string;
  /** Kept from view to view. Keys: `q group state failures type agents machine tab at members talk tool`. */
  readonly query: Readonly<Record<string, string>>;
}

/** Reads an address such as `#/agent/analyst/17?tab=context`; anything else is the fleet. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#?\/?/, '').split('?', 2);
  const [first = '', ...rest] = path.split('/').map(decode);
  const view = VIEWS.find((name) => name === first) ?? 'fleet';
  const query = Object.fromEntries(new URLSearchParams(search));
  const agent = rest.filter((part) => part !== '').join('/');
  return view === 'agent' && agent !== '' ? { view, agent, query } : { view, query };
}

export function formatRoute({ view, agent, query }: Route): string {
  const path = agent === undefined ? '' : `/${agent.split('/').map(encodeURIComponent).join('/')}`;
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replace(/%2C/g, ',').replace(/%2F/g, '/')}`);
  return `#/${view}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** A query value that names several things. */
export function toNames(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(',');
}

/** The list with the name taken out if it is there, or put in. */
export function toggleName(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((other) => other !== name) : [...names, name];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
