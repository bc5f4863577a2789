import { computed, signal } from '@preact/signals';
import type { MessagesMessage } from '../../talk-messages.ts';
import { createTopicRequest, setTaker } from '../session.ts';
import { travelAt } from '../store/travel-store.ts';
import { mergeSequence, type Sequence } from './merge-sequence.ts';
import { mergeTalk } from './merge-talk.ts';

const PAST_REST_MS = 200;

const liveTalk = signal<MessagesMessage | undefined>(undefined);
const pastTalk = signal<MessagesMessage | undefined>(undefined);
const liveSequence = signal<Sequence | undefined>(undefined);
const pastSequence = signal<Sequence | undefined>(undefined);

/** Who talks to whom at the shown moment; undefined until it is there. */
export const shownTalk = computed(() => (travelAt.value === undefined ? liveTalk.value : pastTalk.value));
export const shownSequence = computed(() => (travelAt.value === undefined ? liveSequence.value : pastSequence.value));

setTaker('messages', (message) => {
  liveTalk.value = mergeTalk(liveTalk.peek(), message);
});
setTaker('sequence', (message) => {
  liveSequence.value = mergeSequence(liveSequence.peek(), message);
});

export const requestPastTalk = createTopicRequest<'messages'>((message) => {
  pastTalk.value = message;
}, PAST_REST_MS);

export const requestPastSequence = createTopicRequest<'sequence'>((message) => {
  pastSequence.value = mergeSequence(undefined, message);
}, PAST_REST_MS);
