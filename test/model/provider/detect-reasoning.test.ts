import { expect, test } from 'vitest';
import { detectReasoning } from '../../../src/model/provider/detect-reasoning.ts';

const SENT = { openaiCompatible: { sendsReasoning: true } };
const body = (member: string, said: unknown) => ({ choices: [{ [member]: said }] });

test('finds reasoning_content in a whole answer', async () => {
  const extract = (parsedBody: unknown) => detectReasoning.extractMetadata({ parsedBody });
  expect(await extract(body('message', { reasoning_content: 'hm' }))).toEqual(SENT);
  expect(await extract(body('message', { reasoning_content: '', reasoning: 'hm' }))).toBeUndefined();
  for (const other of [null, {}, { choices: [] }, body('message', null)]) expect(await extract(other)).toBeUndefined();
});

test('finds it in a streamed one', () => {
  const extractor = detectReasoning.createStreamExtractor();
  extractor.processChunk(body('delta', { content: 'a' }));
  extractor.processChunk('x');
  expect(extractor.buildMetadata()).toBeUndefined();
  extractor.processChunk(body('delta', { reasoning_content: 'hm' }));
  extractor.processChunk(body('delta', { content: 'a' }));
  expect(extractor.buildMetadata()).toEqual(SENT);
  expect(detectReasoning.createStreamExtractor().buildMetadata()).toBeUndefined();
});
