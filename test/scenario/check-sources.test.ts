import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import { FOLDER, refusal, VALID } from './refusals.ts';

const withSources = (...sources: string[]) =>
  `${VALID}sources:\n${sources.map((source, i) => `  s${i}: ${source}\n`).join('')}`;
const parse = (text: string) => parseScenario(text, { name: 'f.yaml', folder: FOLDER });

test.each([
  '{ every: 30s, to: a, text: "{{ n }} {{ iso }} {{ data.at }} {{ params.n }} {{ skipped }}" }',
  '{ cron: "0 3 * * *", timezone: Europe/Berlin, to: a/1 }',
  '{ tail: ./not-there-yet.log, from: end, to: a, text: "{{ line }} {{ level }}" }',
  '{ folder: ./not-there-yet, extension: md, once: true, to: a, text: "{{ name }}: {{ text }}" }',
  '{ stdin: true, to: a }',
  '{ http: true, to: a, user: "{{ data.user }}", session: "{{ anything }}" }',
  '{ every: "{{ params.n }}s", to: a, limit: "{{ params.n }}" }',
])('accepts %s', (source) => expect(Object.keys(parse(withSources(source)).sources)).toEqual(['s0']));

test('templates are left for the run, and paths start at the file', () => {
  const { sources } = parse(withSources('{ tail: ./app.log, to: a, text: "{{ params.n }} {{ line }}" }'));
  expect(sources.s0).toMatchObject({ text: '{{ params.n }} {{ line }}', file: `${FOLDER}/app.log` });
});

test('there need be none', () => expect(parse(VALID).sources).toEqual({}));

const KINDS = 'every, cron, tail, folder, stdin and http';
test.each([
  ['{ to: a }', `sources.s0: has nothing it comes from; give it one of ${KINDS}`],
  ['{ every: 1s, http: true, to: a }', `sources.s0.http: expected only one of ${KINDS}, found every and http`],
  ['{ every: 1s, timezone: UTC, to: a }', 'sources.s0.timezone: is for cron, and this is every; leave it out'],
  ['{ http: true, once: true, to: a }', 'sources.s0.once: is for tail and folder, and this is http; leave it out'],
  ['{ http: true, from: end, to: a }', 'sources.s0.from: is for tail, and this is http; leave it out'],
  ['{ tail: x, extension: md, to: a }', 'sources.s0.extension: is for folder, and this is tail; leave it out'],
  ['{ http: true, to: b }', 'sources.s0.to: unknown group "b"; did you mean "a"?'],
  ['{ http: true, to: zebra/0 }', 'sources.s0.to: unknown group "zebra"; here are a'],
  ['{ http: true, to: a/x }', 'sources.s0.to: unknown group "a/x"; '],
  ['{ http: true, to: a/2 }', 'sources.s0.to: unknown agent "a/2": the group has 2 members; the last is a/1'],
  ['{ http: true }', 'sources.s0.to: missing key "to": expected a text'],
  [
    '{ cron: "61 * * * *", to: a }',
    'sources.s0.cron: Cannot read schedule "61 * * * *": its minute is "61"; write 0 to 59',
  ],
  ['{ cron: "* * *", to: a }', 'sources.s0.cron: Cannot read schedule "* * *": it has 3; write five fields'],
  ['{ cron: "0 0 30 2 *", to: a }', 'sources.s0.cron: schedule "0 0 30 2 *" never comes'],
  [
    '{ cron: "* * * * *", timezone: Europe/Belrin, to: a }',
    'unknown time zone "Europe/Belrin"; did you mean "Europe/Berlin"?',
  ],
  ['{ cron: "* * * * *", timezone: "", to: a }', 'unknown time zone ""; write a name such as Europe/Berlin, or UTC'],
  [
    '{ every: 1s, to: a, text: "{{ line }}" }',
    'sources.s0.text: Cannot read template "{{ line }}": unknown name "line"; here are n, at',
  ],
  [
    '{ folder: x, to: a, user: "{{ nme }}" }',
    'sources.s0.user: Cannot read template "{{ nme }}": unknown name "nme"; here are path',
  ],
  ['{ http: true, to: a, session: "{{ x" }', 'sources.s0.session: Cannot read template "{{ x"'],
  ['{ every: 30, to: a }', 'sources.s0.every: expected a duration such as'],
  ['{ evry: 30s, to: a }', 'sources.s0.evry: unknown key "evry"; did you mean "every"?'],
])('refuses %s', (source, message) => expect(refusal(withSources(source)).join('\n')).toContain(message));

test('there is one standard input', () => {
  const [line] = refusal(withSources('{ stdin: true, to: a }', '{ stdin: true, to: a }'));
  expect(line).toContain('sources.s1.stdin: standard input is read by "s0" already, and there is only one');
});

test.each([
  'sources: 5',
  'sources: [1]',
  'sources: { s: 5 }',
  'sources: { s: { every: [], to: {}, text: 3 } }',
])('takes any values: %s', (sources) => expect(refusal(`${VALID}${sources}\n`).length).toBeGreaterThan(0));
