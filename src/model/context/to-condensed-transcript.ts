import type { ChatMessage, Condensed } from '../../protocol.ts';

/** One message for one state, so that it is counted once. */
const leads = new WeakMap<Condensed, ChatMessage>();

/**
 * The conversation as it is sent: a message of the user's that stands for what has given way, then the rest.
 *
 * @param cuts Messages that stand in the place of others, as `planCondensing` says.
 */
export function toCondensedTranscript(
  transcript: readonly ChatMessage[],
  condensed: Condensed | undefined,
  cuts?: ReadonlyMap<ChatMessage, ChatMessage>,
): readonly ChatMessage[] {
  const lead = toLead(condensed);
  if (lead === undefined && cuts === undefined) return transcript;
  const rest = transcript.slice(condensed?.dropped ?? 0).map((message) => cuts?.get(message) ?? message);
  return lead === undefined ? rest : [lead, ...rest];
}

/** The message that stands for what has given way; undefined if nothing has. */
export function toLead(condensed: Condensed | undefined): ChatMessage | undefined {
  // Of what is not there any more at all, the summary may still be.
  if (condensed === undefined || (condensed.dropped === 0 && condensed.summary === undefined)) return undefined;
  const known = leads.get(condensed);
  if (known !== undefined) return known;
  const { dropped, summary } = condensed;
  const content =
    summary === undefined
      ? `[The first ${dropped} messages of this conversation were left out, since it had grown too long.]`
      : `[Summary of the first ${dropped} messages of this conversation, which had grown too long:]\n${summary}`;
  const lead: ChatMessage = { role: 'user', content };
  leads.set(condensed, lead);
  return lead;
}
