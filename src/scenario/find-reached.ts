import type { Json, JsonObject } from '../protocol.ts';
import { toEntries, toList, toMap } from './values.ts';

/** Groups to which something of a scenario sends: their members have an inbox, whether they say so or not. */
export function findReached({ sources, wiring }: JsonObject): string[] {
  const fed = toEntries(sources).flatMap(([, { to }]) => (typeof to === 'string' ? [to.split('/')[0] ?? to] : []));
  return [...fed, ...findWired(wiring)];
}

/** Groups to whose members it sends. */
function findWired(wiring: Json | undefined): string[] {
  return toList(wiring).flatMap((item) => {
    const { pipeline, to, gather, ring, all_to_all, moderator, members, groups } = toMap(item);
    return [toList(pipeline).slice(1), to, gather, ring, all_to_all, moderator, members, groups].flatMap(toNames);
  });
}

function toNames(value: Json | undefined): string[] {
  return (typeof value === 'string' ? [value] : toList(value)).filter((name) => typeof name === 'string');
}
