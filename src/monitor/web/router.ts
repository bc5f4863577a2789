import { computed, signal } from '@preact/signals';
import { formatRoute, parseRoute, type Route } from './route.ts';

export const route = signal<Route>(parseRoute(location.hash));
export const query = computed(() => route.value.query);

addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

/** Shows a view; what is chosen stays, unless `query` says otherwise. */
export function navigate(target: Omit<Route, 'query'> & { readonly query?: Route['query'] }): void {
  location.hash = toHref(target);
}

/** The address of a view, for links. */
export function toHref(target: Omit<Route, 'query'> & { readonly query?: Route['query'] }): string {
  return formatRoute({ ...target, query: { ...route.value.query, ...target.query } });
}

/** Changes what is chosen, without a step in the browser's history. An empty text takes a key away. */
export function setQuery(change: Readonly<Record<string, string>>): void {
  const merged = Object.entries({ ...route.peek().query, ...change }).filter(([, value]) => value !== '');
  const next = { ...route.peek(), query: Object.fromEntries(merged) };
  history.replaceState(null, '', formatRoute(next));
  route.value = next;
}
