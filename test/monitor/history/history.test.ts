import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fold } from '../../../src/monitor/history/fold.ts';
import { History } from '../../../src/monitor/history/history.ts';
import { CHUNK_ROWS, EVENT_TYPES, isKept, NO_AGENT, toKind } from '../../../src/monitor/history/rows.ts';
import { AGENT_STATES } from '../../../src/monitor/states.ts';
import type { RunEvent } from '../../../src/protocol.ts';
import { anyEvents, appendMany, factOf, specsOf } from '../recorded.ts';

const AGENTS = ['a/0', 'a/1', 'a/2'];
const specs = specsOf(AGENTS.length);

function historyOf(events: readonly RunEvent[], chunksMax?: number): History {
  const history = new History(specs, undefined, chunksMax);
  for (const event of events) history.append(event);
  return history;
}

/** Everything a fold says. */
const shown = ({ seq, states, counts, flow, totals, pending, paused, models, tools }: Fold) => ({
  seq,
  states: [...states],
  counts: [...counts],
  flow: [...flow],
  totals,
  pending: [...pending],
  paused: [...paused],
  models: [...models].map(([name, latencies]) => latencies.toRow(String(name))),
  tools: [...tools].map(([name, latencies]) => latencies.toRow(String(name))),
});

const at = (time: number, type: RunEvent['type'] = 'agent.stored', agent = 'a/0') =>
  ({ seq: 1, at: time, ...factOf(type, agent) }) as RunEvent;

describe('an empty history', () => {
  const history = new History(specs);
  test('has no rows and no time, and everybody is unstarted', () => {
    expect([history.first, history.last, history.from, history.at, history.seqAt(1e9)]).toEqual([1, 0, 0, 0, 0]);
    expect(history.foldAt(0).counts[0]).toBe(3);
    expect(() => history.row(1)).toThrow(RangeError);
    expect(history.sorted().last).toBe(0);
  });
});

describe('rows', () => {
  test('say what happened, to whom, when', () => {
    const history = historyOf([
      at(1, 'run.started'),
      at(2.5, 'agent.observed', 'a/2'),
      at(3, 'tool.finished', 'gone/1'),
    ]);
    const rows = [1, 2, 3].map((seq) => {
      const { chunk, index } = history.row(seq);
      return [chunk.at[index], EVENT_TYPES[chunk.kind[index]!], chunk.agent[index]];
    });
    expect(rows).toEqual([
      [1, 'run.started', NO_AGENT],
      [2.5, 'agent.observed', 2],
      [3, 'tool.finished', NO_AGENT],
    ]);
    expect([history.keptEvent(1)?.type, history.keptEvent(2)]).toEqual(['run.started', undefined]);
    for (const seq of [0, 4, -1]) expect(() => history.row(seq)).toThrow(`Cannot read row ${seq}`);
  });

  test('positions are those of the run', () => {
    expect([historyOf([]).positionOf('a/1'), historyOf([]).positionOf('b/1')]).toEqual([1, undefined]);
  });

  test('names beyond a thousand share one', () => {
    const history = new History(specs);
    for (let i = 0; i < 1_200; i++) {
      const call = { id: 'c', name: `made-up-${i}`, args: {} };
      history.append({ seq: i + 1, at: i, type: 'tool.started', agent: 'a/0', turn: 1, call });
    }
    expect(history.names).toHaveLength(1_001);
    const nameAt = (seq: number) => {
      const { chunk, index } = history.row(seq);
      return history.names[chunk.name[index]!];
    };
    expect([nameAt(1), nameAt(1_000), nameAt(1_001), nameAt(1_200)]).toEqual([
      'made-up-0',
      'made-up-999',
      '(others)',
      '(others)',
    ]);
  });
});

describe('seqAt', () => {
  test('is the last event at or before a moment, the last of several at the same', () => {
    const history = historyOf([at(1), at(5), at(5), at(5), at(9)]);
    expect([0, 0.99, 1, 4.9, 5, 5.1, 9, 1e9].map((time) => history.seqAt(time))).toEqual([0, 0, 1, 1, 4, 4, 5, 5]);
  });

  test('finds any event by its time', () => {
    fc.assert(
      fc.property(anyEvents(AGENTS), fc.nat({ max: 20_000 }), (events, time) => {
        const exact = events.filter((event) => event.at <= time).length;
        expect(historyOf(events).seqAt(time)).toBe(exact);
      }),
    );
  });

  test('goes on over the border of a chunk', () => {
    const history = new History(specs);
    appendMany(history, CHUNK_ROWS + 10, factOf('agent.stored', 'a/0'));
    for (const seq of [CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1]) expect(history.seqAt(seq - 1)).toBe(seq);
  });
});

describe('foldAt', () => {
  test('is what folding row by row gives, at every row', () => {
    fc.assert(
      fc.property(anyEvents(AGENTS), (events) => {
        const history = historyOf(events);
        const fold = history.start();
        for (let seq = 0; seq <= events.length; seq++) {
          history.advance(fold, seq);
          expect(shown(history.foldAt(seq))).toEqual(shown(fold));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('is the same at the borders of chunks, asked forwards, backwards or once', () => {
    const build = () => {
      const history = new History(specs);
      for (let round = 0; history.last < 2 * CHUNK_ROWS + 5; round++) {
        const agent = AGENTS[round % 3]!;
        for (const type of ['agent.started', 'agent.observed', 'agent.decided', 'tool.finished'] as const) {
          history.append({ seq: 0, at: history.last, ...factOf(type, agent, round % 7) } as RunEvent);
        }
      }
      return history;
    };
    const borders = [0, 1, 2].flatMap((chunk) => [-1, 0, 1].map((off) => chunk * CHUNK_ROWS + off));
    const seqs = borders.filter((seq) => seq >= 0);
    const forwards = build();
    const exact = seqs.map((seq) => shown(forwards.foldAt(seq)));
    const backwards = build();
    expect([...seqs].reverse().map((seq) => shown(backwards.foldAt(seq)))).toEqual([...exact].reverse());
    expect(exact.map(({ seq }) => seq)).toEqual(seqs);
    const steps = forwards.start();
    for (const [i, seq] of seqs.entries()) {
      forwards.advance(steps, seq);
      expect(shown(steps)).toEqual(exact[i]);
    }
  });

  test('the fold it gives is nobody else’s', () => {
    const history = historyOf([at(1, 'agent.started')]);
    history.advance(history.foldAt(0));
    history.foldAt(1).place(0, 'failed');
    expect(AGENT_STATES[history.foldAt(1).states[0]!]).toBe('observe');
    expect(history.foldAt(0).seq).toBe(0);
  });

  test('beyond the last row it is the last row', () => {
    const history = historyOf([at(1, 'agent.started')]);
    expect(history.foldAt(99).seq).toBe(1);
  });
});

describe('a history that drops its oldest rows', () => {
  const round = ['agent.started', 'agent.observed', 'agent.decided', 'tool.finished', 'agent.stored'] as const;
  const fill = (history: History, rows: number) => {
    for (let i = history.last; i < rows; i++) {
      history.append({ seq: i + 1, at: i, ...factOf(round[i % 5]!, AGENTS[i % 3]!, i % 7) } as RunEvent);
    }
    return history;
  };

  test.each([1, 2, 3])('and keeps %d chunks, knows where everybody is', (chunksMax) => {
    const rows = 4 * CHUNK_ROWS + 7;
    const whole = fill(new History(specs), rows);
    const short = fill(new History(specs, undefined, chunksMax), rows);
    const dropped = (5 - chunksMax) * CHUNK_ROWS;
    expect([short.first, short.last, short.from, short.at]).toEqual([dropped + 1, rows, dropped, rows - 1]);
    for (const seq of [dropped, dropped + 1, rows - 1, rows]) {
      expect(shown(short.foldAt(seq))).toEqual(shown(whole.foldAt(seq)));
    }
    expect(() => short.row(dropped)).toThrow(RangeError);
    expect(short.seqAt(0)).toBe(dropped);
    expect(short.foldAt(short.seqAt(0)).seq).toBe(dropped);
    const late = short.start();
    short.advance(late);
    expect(shown(late)).toEqual(shown(whole.foldAt(rows)));
  });

  test('tells whoever folds before it drops anything', () => {
    const history = new History(specs, undefined, 1);
    const fold = history.start();
    let told = 0;
    history.onChunk = () => {
      told++;
      history.advance(fold);
    };
    fill(history, 3 * CHUNK_ROWS + 1);
    expect(told).toBe(3);
    history.advance(fold);
    expect(fold.seq).toBe(3 * CHUNK_ROWS + 1);
  });

  test('refuses a fold that has been left behind', () => {
    const history = new History(specs, undefined, 1);
    const fold = history.start();
    fill(history, CHUNK_ROWS + 1);
    expect(() => history.advance(fold)).toThrow('Cannot go on from row 0');
  });
});

test('of a resumed run, those who had ended are there from the start; strangers are not', () => {
  const history = new History(
    specs,
    new Map([
      ['a/1', 'done'],
      ['gone/7', 'failed'],
    ]),
  );
  const states = (fold: Fold) => [...fold.states].map((state) => AGENT_STATES[state]);
  expect(states(history.start())).toEqual(['unstarted', 'done', 'unstarted']);
  history.append(at(4_000, 'agent.started', 'a/0'));
  expect(states(history.foldAt(0))).toEqual(['unstarted', 'done', 'unstarted']);
  expect(states(history.foldAt(1))).toEqual(['observe', 'done', 'unstarted']);
  expect([...history.start().flow].every((count) => count === 0)).toBe(true);
});

describe('sorted', () => {
  test('by time, those of one moment as they were, with all they say', () => {
    fc.assert(
      fc.property(fc.array(anyEvents(AGENTS, 20), { maxLength: 4 }), (parts) => {
        const events = parts.flat();
        const sorted = historyOf(events).sorted();
        const exact = [...events].sort((a, b) => a.at - b.at);
        const other = historyOf(exact);
        expect(sorted.last).toBe(events.length);
        for (const [i, event] of exact.entries()) {
          const [{ chunk, index }, row] = [sorted.row(i + 1), other.row(i + 1)];
          for (const column of ['at', 'agent', 'kind', 'flag', 'count', 'value', 'turn'] as const) {
            expect(chunk[column][index]).toBe(row.chunk[column][row.index]);
          }
          expect(sorted.names[chunk.name[index]!]).toBe(other.names[row.chunk.name[row.index]!]);
          expect(sorted.keptEvent(i + 1)).toEqual(isKept(toKind(event.type)) ? { ...event, seq: i + 1 } : undefined);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('can be gone on with', () => {
    const first = historyOf([at(5, 'tool.started'), at(2, 'tool.started')]);
    const sorted = first.sorted();
    sorted.append(at(9, 'tool.started'));
    expect([sorted.last, sorted.at, sorted.names]).toEqual([3, 9, ['n0']]);
  });

  test('those who had ended before are still so', () => {
    const history = new History(specs, new Map([['a/1', 'stopped']]));
    expect(AGENT_STATES[history.sorted().start().states[1]!]).toBe('stopped');
  });
});
