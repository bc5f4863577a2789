import { isNewObservation } from '../agent/resumed-agent.ts';
import { TroupeError } from '../base/errors.ts';
import { isAnswered } from '../base/is-answered.ts';
import type { MemoryStore } from '../memory/memory-store.ts';
import type { JournalRecord, Message } from '../protocol.ts';
import type { MailReply } from '../tools/tool.ts';

/** How an agent was done with an ask: by its answer, because another one has it, or because it came to nothing. */
type End = { readonly reply: string } | { readonly to: string } | { readonly failure: string };

/**
 * What was answered to an ask, as journals say: whoever asked was cut short before it had the answer. Where it was handed
 * over, the other's answer is that.
 *
 * @param agent Who was asked.
 * @param message The ask's id.
 * @returns Undefined: nothing yet.
 * @throws {TroupeError} Rejects with `ASK_FAILED` if there will be no answer: it was given up on, or not observed.
 */
export async function readAnswer(
  store: MemoryStore,
  run: string,
  { agent, message }: { readonly agent: string; readonly message: string },
): Promise<MailReply | undefined> {
  const asked = new Set<string>();
  let from: string | undefined = agent;
  // Nobody is looked at twice: one that has handed it over may have got it back, and answers it then.
  while (from !== undefined && !asked.has(from)) {
    asked.add(from);
    const end = findEnd(await store.journal(run, from), message);
    if (end === undefined) return undefined;
    if ('reply' in end) return { from, text: end.reply };
    if ('failure' in end) throw new TroupeError('ASK_FAILED', `Cannot get an answer from "${from}": ${end.failure}`);
    from = end.to;
  }
  return undefined;
}

/** The last one, since it may have got it back. */
function findEnd(journal: readonly JournalRecord[], ask: string): End | undefined {
  /** Messages by which it was asked. */
  const about = new Set<string>();
  let isAsked = false;
  let end: End | undefined;
  for (const record of journal) {
    const message = toNews(record);
    if (message !== undefined && isAbout(message, ask)) about.add(message.id);
    if (isNewlyObserved(record)) isAsked = isAbout(message, ask);
    const own = isAsked ? toEnd(record) : undefined;
    if (own !== undefined) {
      isAsked = false;
      end = own;
    } else if (record.type === 'dropped' && about.has(record.message)) {
      end = { failure: `the question was not observed (${record.reason})` };
    } else if (record.type === 'ended' && about.size > 0) end ??= { failure: record.error?.message ?? 'it has ended' };
  }
  return end;
}

function toNews(record: JournalRecord): Message | undefined {
  if (record.type === 'received') return record.message;
  return record.type === 'observed' ? record.observation.message : undefined;
}

function isNewlyObserved(record: JournalRecord): boolean {
  return record.type === 'observed' && isNewObservation(record.observation);
}

/** What of the observation under way has become with that. */
function toEnd(record: JournalRecord): End | undefined {
  switch (record.type) {
    case 'model.done': {
      const { reply } = record.decision;
      if (!isAnswered(record.decision)) return undefined;
      return reply === undefined ? NO_ANSWER : { reply };
    }
    case 'tool.done': {
      const { ends } = record.result;
      if (ends === undefined) return undefined;
      if (ends.reply !== undefined) return { reply: ends.reply };
      if (ends.what === 'agent') return NO_ANSWER;
      return ends.to === undefined ? undefined : { to: ends.to };
    }
    case 'set-aside':
      return { failure: record.error.message };
    default:
      return undefined;
  }
}

const NO_ANSWER: End = { failure: 'it has given no answer' };

function isAbout(message: Message | undefined, ask: string): boolean {
  return message !== undefined && (message.id === ask || message.answers?.ask === ask);
}
