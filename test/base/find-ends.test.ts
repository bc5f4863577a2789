import { expect, test } from 'vitest';
import { findEnds } from '../../src/base/find-ends.ts';
import type { Ends, ToolResult } from '../../src/protocol.ts';

const result = (ends?: Ends): ToolResult => ({
  ...{ callId: 'c', name: 't', isError: false, content: null, serviceMs: 0 },
  ...(ends && { ends }),
});
const observation: Ends = { what: 'observation', to: 'b/0' };
const life: Ends = { what: 'agent', reply: 'Bye.' };

test.each<[string, (ToolResult | undefined)[], Ends | undefined]>([
  ['nothing', [], undefined],
  ['nothing, while results are missing and say nothing', [undefined, result()], undefined],
  ['what one of them says', [result(), result(observation)], observation],
  ['the end of a life before anything else', [result(life), result(observation)], life],
  ['wherever it stands', [result(observation), result(life)], life],
  [
    'of several ends of the same, the last',
    [result({ what: 'observation', reply: 'a' }), result(observation)],
    observation,
  ],
])('finds %s', (_, results, expected) => expect(findEnds(results)).toEqual(expected));
