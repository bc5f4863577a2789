import { ALL_TO_ALL_MAX } from '../base/limits.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';
import { toList, toMap } from './values.ts';
import { WIRING_KINDS } from './wiring-schema.ts';

type Kind = (typeof WIRING_KINDS)[number];

/** What each kind may have besides itself, and what of that it must have. */
const KEYS: Readonly<Record<Kind, { readonly may: readonly string[]; readonly must?: string }>> = {
  pipeline: { may: ['policy'] },
  fan_out: { may: ['to', 'gather'], must: 'to' },
  ring: { may: ['rounds'] },
  all_to_all: { may: ['rounds'] },
  moderator: { may: ['members', 'rounds'], must: 'members' },
  blackboard: { may: ['groups'] },
};

/**
 * Checks what wiring is, that its groups are there, and that they have the members it needs.
 *
 * @param wiring The scenario's, of any type.
 */
export function checkWiring(check: Checker, wiring: Json | undefined): void {
  const boards = new Set<string>();
  for (const [index, item] of toList(wiring).entries()) {
    const path = ['wiring', index];
    const entry = toMap(item);
    const kind = checkKind(check, path, entry);
    if (kind === undefined) continue;
    checkKeys(check, path, entry, kind);
    if (kind === 'blackboard') checkBoard(check, path, entry, boards);
    else checkGroups(check, path, entry, kind);
  }
  checkBoardTools(check, [...boards]);
}

function checkKind({ report }: Checker, path: Path, entry: JsonObject): Kind | undefined {
  const [kind, other] = WIRING_KINDS.filter((key) => key in entry);
  const all = `${WIRING_KINDS.slice(0, -1).join(', ')} and ${WIRING_KINDS.at(-1)}`;
  if (kind === undefined) {
    report({ path, message: 'says nothing of whom it wires', hint: `give it one of ${all}` });
  } else if (other !== undefined) {
    report({ path: [...path, other], at: 'key', message: `expected only one of ${all}, found ${kind} and ${other}` });
  }
  return other === undefined ? kind : undefined;
}

function checkKeys({ report }: Checker, path: Path, entry: JsonObject, kind: Kind): void {
  const { may, must } = KEYS[kind];
  const all = new Set(Object.values(KEYS).flatMap((keys) => keys.may));
  for (const key of Object.keys(entry)) {
    if (!all.has(key) || may.includes(key)) continue;
    const kinds = WIRING_KINDS.filter((other) => KEYS[other].may.includes(key)).join(' and ');
    report({ path: [...path, key], at: 'key', message: `is for ${kinds}, and this is ${kind}`, hint: 'leave it out' });
  }
  if (must === undefined || must in entry) return;
  report({
    path: [...path, kind],
    at: 'key',
    message: `has nobody to send to`,
    hint: `give it ${must}: a group, or a list`,
  });
}

function checkGroups(check: Checker, path: Path, entry: JsonObject, kind: Kind): void {
  const receiving = kind === 'fan_out' ? ['to', 'gather'] : kind === 'moderator' ? ['members'] : [];
  const places = [kind, ...receiving].flatMap((key) => toPlaces(path, key, entry[key]));
  for (const [place, group] of places) {
    if (!check.known('group', group, groupNames(check), place)) continue;
    // Whoever begins may be made later, but whom to send to is chosen of those who are there.
    if (place === places[0]?.[0] && (kind === 'pipeline' || kind === 'fan_out' || kind === 'moderator')) continue;
    if (entry.gather === group && entry.fan_out === group) continue;
    checkMembers(check, place, group, kind);
  }
  for (const key of ['pipeline', 'to', 'members']) checkTwice(check, toPlaces(path, key, entry[key]));
  const { moderator } = entry;
  if (kind !== 'moderator' || typeof moderator !== 'string') return;
  const place = toPlaces(path, 'members', entry.members).find(([, group]) => group === moderator)?.[0];
  if (place !== undefined)
    check.report({ path: place, message: `"${moderator}" moderates, and cannot be a member too` });
}

function checkMembers(check: Checker, path: Path, group: string, kind: Kind): void {
  const { spawn, sessions, count, list } = toMap(check.groups.find(([name]) => name === group)?.[1]);
  if (spawn !== undefined || sessions !== undefined) {
    const message = `group "${group}" has no members to begin with, to whom something could be sent`;
    check.report({ path, message, hint: 'name a group with count, each or list' });
  }
  const size = typeof count === 'number' ? count : Array.isArray(list) ? list.length : undefined;
  if (size === undefined || (kind !== 'ring' && kind !== 'all_to_all')) return;
  if (size < 2) {
    const message = `group "${group}" has ${size} ${size === 1 ? 'member' : 'members'}, and ${kind} needs at least 2`;
    check.report({ path, message });
  }
  if (kind !== 'all_to_all' || size <= ALL_TO_ALL_MAX) return;
  const message = `group "${group}" has ${size} members, and all_to_all takes at most ${ALL_TO_ALL_MAX}`;
  check.report({ path, message, hint: 'let a moderator bring their answers together' });
}

function checkTwice({ report }: Checker, places: readonly (readonly [Path, string])[]): void {
  for (const [index, [path, group]] of places.entries()) {
    if (places.findIndex(([, other]) => other === group) === index) continue;
    report({ path, message: `group "${group}" is there twice` });
  }
}

function checkBoard(check: Checker, path: Path, entry: JsonObject, boards: Set<string>): void {
  const { blackboard } = entry;
  const places = toPlaces(path, 'groups', entry.groups);
  for (const [place, group] of places) check.known('group', group, groupNames(check), place);
  checkTwice(check, places);
  if (typeof blackboard !== 'string') return;
  if (boards.has(blackboard)) {
    check.report({ path: [...path, 'blackboard'], message: `blackboard "${blackboard}" is there twice` });
  }
  boards.add(blackboard);
}

function checkBoardTools({ tools, report }: Checker, boards: readonly string[]): void {
  for (const [name, { board }] of tools) {
    if (typeof board !== 'string' || boards.includes(board)) continue;
    const hint = didYouMean(board, boards) ?? `add it to wiring: { blackboard: ${board} }`;
    report({ path: ['tools', name, 'board'], message: `unknown blackboard "${board}"`, hint });
  }
}

const groupNames = ({ groups }: Checker): string[] => groups.map(([name]) => name);

/** Each name with its place. */
function toPlaces(path: Path, key: string, value: Json | undefined): (readonly [Path, string])[] {
  if (typeof value === 'string') return [[[...path, key], value]];
  return toList(value).flatMap((name, index) =>
    typeof name === 'string' ? [[[...path, key, index], name] as const] : [],
  );
}
