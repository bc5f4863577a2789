import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

/** The rooms of src/ by rank: a file imports a lower rank, or its own room. */
const RANKS: Record<string, number> = {
  protocol: -1,
  'protocol.ts': 0,
  base: 0,
  scenario: 1,
  model: 1,
  tools: 1,
  memory: 1,
  messaging: 1,
  sources: 1,
  people: 1,
  agent: 2,
  supervisor: 3,
  simulation: 3,
  monitor: 3,
  telemetry: 3,
  'machines.ts': 4,
  conduct: 4.2,
  'conduct.ts': 4.5,
  'run.ts': 5,
  'run-scenario.ts': 6,
  'monitor-run.ts': 6,
  cli: 7,
  'index.ts': 7,
};
const LINES_MAX = 400;
/** Each enters through one file, so that replacing it is one file's work. */
const THROUGH_ONE_FILE = [
  'lmdb',
  'ws',
  'liquidjs',
  '@marcbachmann/cel-js',
  're2js',
  'tinyqueue',
  'minisearch',
  'pino',
  'ajv',
  'commander',
  'croner',
  'undici',
  'jiti',
  'gpt-tokenizer',
  'ipaddr.js',
  '@ai-sdk/openai-compatible',
  '@modelcontextprotocol/sdk',
  'dotenv',
];
const CLOCK_AND_CHANCE =
  /\b(Date\.now|performance\.now|new Date\(\)|Math\.random|crypto\.randomUUID|randomUUID|(?<![.\w])(setTimeout|setInterval|setImmediate))\b/;

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('monitor/web'))
  .sort();
const read = (file: string) => readFileSync(join(src, file), 'utf8');

interface Import {
  readonly from: string;
  readonly specifier: string;
}

const imports: Import[] = files.flatMap((from) =>
  [...read(from).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => ({
    from,
    specifier: specifier!,
  })),
);
const local = imports
  .filter(({ specifier }) => specifier.startsWith('.'))
  .map(({ from, specifier }) => ({ from, to: relative(src, join(src, dirname(from), specifier)) }));

const roomOf = (file: string) => file.split('/')[0]!;

test('finds the files and their imports', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(local.length).toBeGreaterThan(100);
});

test.each(local.map(({ from, to }) => [from, to]))('%s may import %s', (from, to) => {
  const [room, other] = [roomOf(from), roomOf(to)];
  expect(RANKS[room], `no rank for ${room}`).toBeDefined();
  if (room === other) return;
  expect(RANKS[other]!, `${room} is of rank ${RANKS[room]}, ${other} of rank ${RANKS[other]}`).toBeLessThanOrEqual(
    RANKS[room]!,
  );
  const sameRank = RANKS[room] === RANKS[other];
  // Within a rank rooms do not know each other; base may use the nouns, and the nouns nothing.
  if (sameRank) expect([room, other]).toEqual(['base', 'protocol.ts']);
  if (room === 'monitor' || room === 'telemetry') expect(['agent', 'supervisor']).not.toContain(other);
});

test('there are no cycles', () => {
  const state = new Map<string, 'open' | 'closed'>();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === 'closed') return;
    expect(state.get(file), `cycle: ${[...path, file].join(' -> ')}`).not.toBe('open');
    state.set(file, 'open');
    for (const { to } of local.filter(({ from }) => from === file)) visit(to, [...path, file]);
    state.set(file, 'closed');
  };
  for (const file of files) visit(file, []);
});

test.each(THROUGH_ONE_FILE)('%s enters through at most one file', (library) => {
  const entrances = imports.filter(({ specifier }) => specifier === library || specifier.startsWith(`${library}/`));
  expect(new Set(entrances.map(({ from }) => from)).size).toBeLessThanOrEqual(1);
});

test('there is no barrel but index.ts, no utils and no types.ts', () => {
  expect(files.filter((file) => /(^|\/)(utils?|helpers?|types|common|misc)(\.ts|\/)/.test(file))).toEqual([]);
  expect(files.filter((file) => /(^|\/)index\.ts$/.test(file))).toEqual(['index.ts']);
});

describe.each(files)('%s', (file) => {
  const text = read(file);

  test(`has at most ${LINES_MAX} lines`, () => {
    expect(text.split('\n').length).toBeLessThanOrEqual(LINES_MAX);
  });

  test.skipIf(file.startsWith('base/'))('takes time and chance from base alone', () => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(CLOCK_AND_CHANCE.exec(code)?.[0]).toBeUndefined();
  });

  const isTypesOnly = !/^(export )?(async )?(function|class|const|let)\b/m.test(text) && !/^await /m.test(text);
  test.skipIf(isTypesOnly)('has its test of the same name', () => {
    expect(existsSync(join(root, 'test', file.replace(/\.ts$/, '.test.ts')))).toBe(true);
  });
});
