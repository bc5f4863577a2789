import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TroupeError } from '../../../src/base/errors.ts';
import { type CondensingOptions, planCondensing } from '../../../src/model/context/plan-condensing.ts';
import { toCondensed, toSummaryTokens } from '../../../src/model/context/to-condensed.ts';
import { toCondensedTranscript } from '../../../src/model/context/to-condensed-transcript.ts';
import type { ChatMessage } from '../../../src/protocol.ts';

const countText = (text: string): number => Math.ceil(text.length / 4);
const tokensOf = (message: ChatMessage): number => countText(message.content);

const user = (tokens: number): ChatMessage => ({ role: 'user', content: 'u'.repeat(tokens * 4) });
const answer = (tokens: number): ChatMessage => ({ role: 'assistant', content: 'a'.repeat(tokens * 4), toolCalls: [] });

/** A decision with calls, and their results of so many tokens each. */
function calls(id: string, ...sizes: number[]): ChatMessage[] {
  const toolCalls = sizes.map((_, index) => ({ id: `${id}-${index}`, name: 'find', args: {} }));
  const results = sizes.map((tokens, index): ChatMessage => {
    return { role: 'tool', callId: `${id}-${index}`, name: 'find', content: 'r'.repeat(tokens * 4), isError: false };
  });
  return [{ role: 'assistant', content: '', toolCalls }, ...results];
}

function plan(transcript: readonly ChatMessage[], limit: number, more: Partial<CondensingOptions> = {}) {
  return planCondensing(transcript, { tokensOf, limit, whenFull: 'trim', ...more });
}

test('nothing gives way of what fits', () => {
  expect(plan([user(50), answer(50)], 100)).toBeUndefined();
  expect(plan([], 0)).toBeUndefined();
});

test('drops the oldest until the rest takes the wanted share', () => {
  const transcript = Array.from({ length: 10 }, () => [user(50), answer(50)]).flat();
  // 1,000 tokens; 600 of them and some 25 that say so are within 70 % of 900.
  expect(plan(transcript, 900)).toEqual({ dropped: 8, summarise: false });
  expect(plan(transcript, 900, { keepRecent: 0.5 })).toEqual({ dropped: 12, summarise: false });
});

test('keeps calls and results together: the rest begins with a message of the user', () => {
  const transcript = [user(10), ...calls('1', 200, 200), ...calls('2', 200), answer(10), user(10), answer(10), user(9)];
  expect(plan(transcript, 500)).toEqual({ dropped: 7, summarise: false });
});

test('drops on from what has given way already', () => {
  const transcript = [user(500), answer(500), user(100), answer(100), user(100), answer(100), user(10)];
  const condensed = { dropped: 2 };
  expect(plan(transcript, 450, { condensed })).toBeUndefined();
  expect(plan(transcript, 400, { condensed })).toEqual({ dropped: 4, summarise: false });
});

test('leaves room for a summary', () => {
  const transcript = Array.from({ length: 10 }, () => [user(50), answer(50)]).flat();
  expect(toSummaryTokens(900)).toBe(225);
  expect(plan(transcript, 900, { whenFull: 'summarise' })).toEqual({ dropped: 14, summarise: true });
});

test('never drops the current observation', () => {
  const transcript = [user(300), answer(300), user(300), ...calls('1', 100), user(80)];
  expect(plan(transcript, 600)).toEqual({ dropped: 5, summarise: false });
  // The last message of the user's is a correction; the observation begins before it.
  expect(plan(transcript, 600, { current: 2 })).toEqual({ dropped: 2, summarise: false });
});

test('cuts results of the current observation, the oldest first, when dropping is not enough', () => {
  const transcript = [
    user(100),
    answer(100),
    user(100),
    ...calls('1', 2_000),
    ...calls('2', 2_000),
    ...calls('3', 200),
  ];
  const { dropped, cuts } = plan(transcript, 3_000) ?? {};
  expect(dropped).toBe(2);
  // 4,300 tokens, and 1,800 are to be saved: of the first all but its ends, of the second a little.
  expect([...(cuts?.keys() ?? [])].map((message) => transcript.indexOf(message))).toEqual([4, 6]);
  expect(cuts?.get(transcript[4]!)?.content.length).toBeLessThan(1_064);
  expect(cuts?.get(transcript[6]!)?.content.length).toBeGreaterThan(7_000);
  // The same cuts while the conversation grows a little.
  expect(plan([...transcript, ...calls('4', 100)], 3_000)?.cuts).toEqual(cuts);
});

test('does not drop what takes less than what would stand for it', () => {
  const transcript = [user(1), answer(1), user(100), ...calls('1', 2_000)];
  expect(plan(transcript, 1_500, { whenFull: 'summarise' })).toMatchObject({ dropped: 0, cuts: expect.any(Map) });
});

test('goes without a summary where there is no room for one', () => {
  const transcript = [user(100), answer(300), user(820)];
  expect(toSummaryTokens(1_000)).toBe(250);
  expect(plan(transcript, 1_000, { whenFull: 'summarise' })).toEqual({ dropped: 2, summarise: false });
});

test('says so when nothing more can give way', () => {
  expect(() => plan([user(10), answer(10), user(500)], 400)).toThrow(
    'Cannot shorten the conversation to the 400 tokens that instructions and tools leave of its context: what cannot give way takes',
  );
  expect(() => plan([user(10)], -50)).toThrow(expect.objectContaining({ code: 'CONTEXT_EXCEEDED' }));
});

describe('any conversation', () => {
  const size = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2_000 }));
  const step = fc.oneof(
    fc.record({ kind: fc.constant('answer' as const), size }),
    fc.record({ kind: fc.constant('calls' as const), sizes: fc.array(size, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('flaw' as const), size }),
  );
  const observation = fc.record({ size, steps: fc.array(step, { maxLength: 5 }) });
  const conversation = fc.array(observation, { minLength: 1, maxLength: 8 }).map((observations) =>
    observations.flatMap((one, turn) => [
      user(one.size),
      ...one.steps.flatMap((each, index): ChatMessage[] => {
        if (each.kind === 'answer') return [answer(each.size)];
        if (each.kind === 'flaw') return [answer(each.size), user(20)];
        return calls(`${turn}-${index}`, ...each.sizes);
      }),
    ]),
  );

  function expectValid(sent: readonly ChatMessage[]): void {
    expect(sent[0]?.role).toBe('user');
    let open: string[] = [];
    for (const message of sent) {
      if (message.role === 'tool') {
        expect(open).toContain(message.callId);
        open = open.filter((id) => id !== message.callId);
      } else {
        expect(open).toEqual([]);
        if (message.role === 'assistant') open = message.toolCalls.map(({ id }) => id);
      }
    }
    expect(open).toEqual([]);
  }

  const total = (sent: readonly ChatMessage[]): number => sent.reduce((sum, message) => sum + tokensOf(message), 0);
  const whenFull = fc.constantFrom('trim' as const, 'summarise' as const);

  test('fits afterwards and is valid, or there is an error; nothing gives way of what fits', () => {
    let errors = 0;
    let plans = 0;
    fc.assert(
      fc.property(
        conversation,
        fc.integer({ min: 100, max: 5_000 }),
        whenFull,
        size,
        (transcript, limit, how, summary) => {
          const options = { tokensOf, limit, whenFull: how };
          // As an agent would: what has given way is kept, and the transcript grows.
          let condensed: { dropped: number; summary?: string } | undefined;
          for (let end = 1; end <= transcript.length; end++) {
            const known = transcript.slice(0, end);
            // Nobody asks a model while results are to come.
            if (transcript[end]?.role === 'tool' || known.at(-1)?.role === 'assistant') continue;
            const current = known.findLastIndex((message) => message.role === 'user');
            let found: ReturnType<typeof planCondensing>;
            try {
              found = planCondensing(known, { ...options, condensed });
            } catch (error) {
              expect(error).toBeInstanceOf(TroupeError);
              errors++;
              return;
            }
            if (found === undefined) {
              expect(total(toCondensedTranscript(known, condensed))).toBeLessThanOrEqual(limit);
              continue;
            }
            plans++;
            expect(found.dropped).toBeGreaterThanOrEqual(condensed?.dropped ?? 0);
            expect(found.dropped).toBeLessThanOrEqual(current);
            if (found.dropped > (condensed?.dropped ?? 0)) {
              const reply = found.summarise ? 's'.repeat(summary * 4) : undefined;
              const earlier = found.summarise ? condensed : undefined;
              condensed = toCondensed(found.dropped, reply, earlier, { limit, countText });
            }
            const sent = toCondensedTranscript(known, condensed, found.cuts);
            expectValid(sent);
            expect(total(sent)).toBeLessThanOrEqual(limit);
            expect(planCondensing(sent, options)).toBeUndefined();
            for (const message of known.slice(current)) {
              if (message.role !== 'tool') expect(sent).toContain(message);
            }
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(plans).toBeGreaterThan(100);
    expect(errors).toBeGreaterThan(10);
  });
});
