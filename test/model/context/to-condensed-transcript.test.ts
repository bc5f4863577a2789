import { expect, test } from 'vitest';
import { toCondensedTranscript, toLead } from '../../../src/model/context/to-condensed-transcript.ts';
import type { ChatMessage } from '../../../src/protocol.ts';

const transcript: readonly ChatMessage[] = ['one', 'two', 'three'].map((content) => ({ role: 'user', content }));
const [, two, three] = transcript as [ChatMessage, ChatMessage, ChatMessage];

test('is the transcript itself if nothing has given way', () => {
  expect(toCondensedTranscript(transcript, undefined)).toBe(transcript);
  expect(toCondensedTranscript(transcript, { dropped: 0 })).toBe(transcript);
});

test('says that messages were left out', () => {
  const [lead, ...rest] = toCondensedTranscript(transcript, { dropped: 1 });
  expect(lead).toMatchObject({ role: 'user', content: expect.stringContaining('first 1 messages') });
  expect(rest).toEqual([two, three]);
});

test('begins with the summary if there is one', () => {
  const [lead, ...rest] = toCondensedTranscript(transcript, { dropped: 2, summary: 'One and two.' });
  expect(lead).toMatchObject({ role: 'user', content: expect.stringMatching(/^\[Summary .*:\]\nOne and two\.$/) });
  expect(rest).toEqual([three]);
});

test('puts messages in the place of others', () => {
  const short: ChatMessage = { role: 'user', content: '3' };
  const cuts = new Map([[three, short]]);
  expect(toCondensedTranscript(transcript, undefined, cuts).slice(1)).toEqual([two, short]);
  expect(toCondensedTranscript(transcript, { dropped: 2 }, cuts).slice(1)).toEqual([short]);
});

test('makes the same message for the same state, so that it is counted once', () => {
  const condensed = { dropped: 2 };
  expect(toLead(condensed)).toBe(toLead(condensed));
});
