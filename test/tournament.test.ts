import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../src/protocol.ts';
import { startRun } from '../src/run.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { toLines } from './rehearsals.ts';

const folder = join(import.meta.dirname, '../scenarios');

/** A move from what was played: what the scenario's rules say, once more and by other means. */
type Strategy = (theirs: readonly string[], yours: readonly string[]) => string;

const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'tit-for-tat': (theirs) => theirs.at(-1) ?? 'C',
  'suspicious-tit-for-tat': (theirs) => theirs.at(-1) ?? 'D',
  'tit-for-two-tats': (theirs) => (theirs.at(-1) === 'D' && theirs.at(-2) === 'D' ? 'D' : 'C'),
  grudger: (theirs) => (theirs.includes('D') ? 'D' : 'C'),
  davis: (theirs) => (theirs.length >= 10 && theirs.includes('D') ? 'D' : 'C'),
  pavlov: (theirs, yours) => (theirs.at(-1) === yours.at(-1) ? 'C' : 'D'),
  alternator: (theirs) => (theirs.length % 2 === 0 ? 'C' : 'D'),
  bully: (theirs) => (theirs.at(-1) === 'D' ? 'C' : 'D'),
  'always-cooperate': () => 'C',
  'always-defect': () => 'D',
};
const NAMES = Object.keys(STRATEGIES);
const PAYOFF: Readonly<Record<string, readonly [number, number]>> = { CC: [3, 3], CD: [0, 5], DC: [5, 0], DD: [1, 1] };

function play(one: string, other: string, rounds = 200): readonly [number, number] {
  const moves: [string[], string[]] = [[], []];
  const points: [number, number] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const [a, b] = moves;
    const pair = [STRATEGIES[one]?.(b, a) ?? '', STRATEGIES[other]?.(a, b) ?? ''] as const;
    a.push(pair[0]);
    b.push(pair[1]);
    const [forOne, forOther] = PAYOFF[pair.join('')] ?? [Number.NaN, Number.NaN];
    points[0] += forOne;
    points[1] += forOther;
  }
  return points;
}

async function rehearse(rounds: number) {
  const scenario = await loadScenario(join(folder, 'tournament.yaml'), { set: [`params.rounds=${rounds}`] });
  const events: RunEvent[] = [];
  const run = await startRun(scenario, { virtual: true, onEvent: (event) => events.push(event) });
  const summary = await run.finished;
  const scores = new Map<string, string>();
  for (const event of events) {
    if (event.type !== 'agent.replied' || !event.agent.startsWith('referee/')) continue;
    scores.set(event.observation, event.reply);
  }
  return { summary, scores, lines: toLines(events) };
}

const scoreOf = (one: string, other: string, [a, b]: readonly [number, number]) => `${one} ${a}, ${other} ${b}`;

test('every pair is played once, and everybody against its own twin', () => {
  const rows = readFileSync(join(folder, 'tournament/games.jsonl'), 'utf8').trim().split('\n');
  const pairs = rows.map((row) => JSON.parse(row) as { a: string; b: string }).map(({ a, b }) => `${a} ${b}`);
  expect(pairs).toEqual(NAMES.flatMap((a, place) => NAMES.slice(place).map((b) => `${a} ${b}`)));
});

describe('the scores of 200 rounds', async () => {
  const { summary, scores } = await rehearse(200);

  test('nothing goes in circles, nothing is lost', () => {
    expect(summary).toMatchObject({ status: 'done', loops: 0, deadlocks: 0, deadLetters: 0, messages: 44_000 });
    expect(scores.size).toBe(55);
  });

  // Published: Axelrod, "Effective Choice in the Prisoner's Dilemma", and what follows from the payoffs alone.
  test.each([
    ['tit-for-tat', 'tit-for-tat', 600, 600],
    ['tit-for-tat', 'always-defect', 199, 204],
    ['tit-for-tat', 'suspicious-tit-for-tat', 500, 500],
    ['grudger', 'always-defect', 199, 204],
    ['always-cooperate', 'always-defect', 0, 1_000],
    ['always-defect', 'always-defect', 200, 200],
    ['always-cooperate', 'always-cooperate', 600, 600],
    ['tit-for-two-tats', 'always-defect', 198, 208],
    ['pavlov', 'always-defect', 100, 600],
  ])('%s against %s: %i to %i', (one, other, forOne, forOther) => {
    expect(scores.get(`Play ${one} against ${other}.`)).toBe(scoreOf(one, other, [forOne, forOther]));
  });

  test.each(
    NAMES.flatMap((one, place) => NAMES.slice(place).map((other) => [one, other] as const)),
  )('%s against %s as computed without any message', (one, other) => {
    expect(scores.get(`Play ${one} against ${other}.`)).toBe(scoreOf(one, other, play(one, other)));
  });
});

test('is the same to the byte each time, and the number of rounds is a parameter', { timeout: 60_000 }, async () => {
  const [first, second] = [await rehearse(12), await rehearse(12)];
  expect(second.lines).toBe(first.lines);
  expect(first.scores.get('Play grudger against davis.')).toBe(
    scoreOf('grudger', 'davis', play('grudger', 'davis', 12)),
  );
  expect(first.scores.get('Play davis against bully.')).toBe(scoreOf('davis', 'bully', play('davis', 'bully', 12)));
});
