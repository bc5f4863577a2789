import { VIRTUAL_EPOCH_MS } from '../base/clock.ts';
import { compileCron, isTimezone } from '../base/cron.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import { SOURCE_KINDS } from './source-schema.ts';
import type { Path } from './text/problems.ts';
import { suggest } from './text/suggest.ts';
import { toEntries, toMap } from './values.ts';

type Kind = (typeof SOURCE_KINDS)[number];

/** The names that templates of a source may read; absent: any, since what is pushed and lines of JSON bring their own. */
const SCOPES: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  every: ['n', 'at', 'iso', 'skipped', 'source', 'params', 'data'],
  cron: ['n', 'at', 'iso', 'skipped', 'source', 'params', 'data'],
  folder: ['path', 'name', 'bytes', 'text', 'n', 'source', 'params', 'data'],
};
/** Keys that only some kinds have. */
const KINDS_OF: readonly (readonly [string, readonly Kind[]])[] = [
  ['timezone', ['cron']],
  ['from', ['tail']],
  ['extension', ['folder']],
  ['once', ['tail', 'folder']],
];

/**
 * Checks what sources are, when they come, and to whom.
 *
 * @param sources The scenario's, of any type.
 */
export function checkSources(check: Checker, sources: Json | undefined): void {
  let input: string | undefined;
  for (const [name, source] of toEntries(sources)) {
    const path = ['sources', name];
    const kind = checkKind(check, path, source);
    if (kind !== undefined) checkKeys(check, path, source, kind);
    for (const key of ['text', 'user', 'session']) {
      check.templates([...path, key], source[key], kind === undefined ? undefined : SCOPES[kind]);
    }
    checkSchedule(check, path, source);
    checkReceiver(check, [...path, 'to'], source.to);
    if (kind !== 'stdin') continue;
    if (input !== undefined) {
      const message = `standard input is read by "${input}" already, and there is only one`;
      check.report({ path: [...path, 'stdin'], at: 'key', message });
    }
    input ??= name;
  }
}

function checkKind({ report }: Checker, path: Path, source: JsonObject): Kind | undefined {
  const [kind, other] = SOURCE_KINDS.filter((key) => key in source);
  const all = `${SOURCE_KINDS.slice(0, -1).join(', ')} and ${SOURCE_KINDS.at(-1)}`;
  if (kind === undefined) {
    report({ path, at: 'key', message: 'has nothing it comes from', hint: `give it one of ${all}` });
  } else if (other !== undefined) {
    const message = `expected only one of ${all}, found ${kind} and ${other}`;
    report({ path: [...path, other], at: 'key', message });
  }
  return other === undefined ? kind : undefined;
}

function checkKeys({ report }: Checker, path: Path, source: JsonObject, kind: Kind): void {
  for (const [key, kinds] of KINDS_OF) {
    if (!(key in source) || kinds.includes(kind)) continue;
    const message = `is for ${kinds.join(' and ')}, and this is ${kind}`;
    report({ path: [...path, key], at: 'key', message, hint: 'leave it out' });
  }
}

function checkSchedule(check: Checker, path: Path, { cron, timezone }: JsonObject): void {
  if (typeof timezone === 'string' && !isTimezone(timezone)) {
    const near = suggest(timezone, Intl.supportedValuesOf('timeZone'));
    const hint = near === undefined ? 'write a name such as Europe/Berlin, or UTC' : `did you mean "${near}"?`;
    check.report({ path: [...path, 'timezone'], message: `unknown time zone "${timezone}"`, hint });
  }
  check.attempt([...path, 'cron'], cron, (expression) => {
    if (compileCron(expression).after(VIRTUAL_EPOCH_MS) !== undefined) return;
    check.report({
      path: [...path, 'cron'],
      message: `schedule "${expression}" never comes`,
      hint: 'no month has that day',
    });
  });
}

function checkReceiver(check: Checker, path: Path, to: Json | undefined): void {
  if (typeof to !== 'string') return;
  const [, name = to, index] = /^(.*)\/(\d{1,9})$/.exec(to) ?? [];
  const names = check.groups.map(([group]) => group);
  if (!check.known('group', name, names, path) || index === undefined) return;
  const { count, list } = toMap(check.groups.find(([group]) => group === name)?.[1]);
  const members = typeof count === 'number' ? count : Array.isArray(list) ? list.length : undefined;
  if (members === undefined || Number(index) < members) return;
  const message = `unknown agent "${to}": the group has ${members} ${members === 1 ? 'member' : 'members'}`;
  check.report({ path, message, hint: `the last is ${name}/${members - 1}` });
}
