import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseScenario, ScenarioError } from '../../src/scenario/load.ts';
import { FOLDER, FULL, stopwatch } from './refusals.ts';

describe('whatever is done to a scenario', () => {
  const places = fc.nat({ max: FULL.length });
  const sign = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      ':',
      '- ',
      '\n',
      '\t',
      '"',
      "'",
      '*m',
      '&m ',
      '{{',
      '}}',
      '{%',
      '!!',
      '|',
      '>',
      '%',
      '---\n',
      '\0',
      '9'.repeat(400),
      '__proto__: ',
    ),
  );
  const mutation = fc.record({ at: places, remove: fc.nat({ max: 40 }), repeat: fc.nat({ max: 200 }), insert: sign });
  const apply = (
    text: string,
    { at, remove, repeat, insert }: { at: number; remove: number; repeat: number; insert: string },
  ) => text.slice(0, at) + insert.repeat(repeat % 7 === 0 ? repeat : 1) + text.slice(at + remove);

  test('it is accepted or refused with a ScenarioError, within a second', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        const text = mutations.reduce(apply, FULL);
        const elapsed = stopwatch();
        try {
          parseScenario(text, { name: 'f.yaml', folder: FOLDER });
        } catch (error) {
          refused++;
          expect(error).toBeInstanceOf(ScenarioError);
          expect((error as ScenarioError).message).not.toMatch(/\n\s+at /);
          for (const problem of (error as ScenarioError).problems) expect(problem.message).not.toBe('');
        }
        expect(elapsed()).toBeLessThan(1_000);
      }),
      { numRuns: 300 },
    );
    expect(refused).toBeGreaterThan(60);
  }, 60_000);
});
