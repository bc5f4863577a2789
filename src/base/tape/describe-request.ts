import { createHash } from 'node:crypto';
import type { ChatMessage, ModelRequest } from '../../protocol.ts';
import { toCanonicalJson } from '../canonical-json.ts';
import { TAPE_HEAD_CHARS } from '../limits.ts';
import type { Redact } from '../redact.ts';
import type { RequestPart } from '../tape.ts';

/** Of a digest: 96 bits of a SHA-256. */
const DIGEST_CHARS = 16;

/** Parts of a request before its messages. */
export const PARTS_BEFORE_MESSAGES = 3;

/**
 * Makes what describes requests part by part, so that one that differs from another can say where.
 *
 * A message that comes again is not read again: it must not be changed.
 *
 * @param redact Takes secrets out. Of a replay: nothing, since its conversation has none but those that the scenario itself
 * holds.
 */
export function createRequestDescriber(redact: Redact): (request: ModelRequest) => RequestPart[] {
  const messages = new WeakMap<ChatMessage, RequestPart>();
  const describeMessage = (message: ChatMessage): RequestPart => {
    const part = messages.get(message) ?? toPart(message.role, toText(message), redact);
    messages.set(message, part);
    return part;
  };
  return ({ instructions, tools, output, transcript }) => [
    toPart('instructions', instructions, redact),
    toPart('tools', tools.map(({ name }) => name).join(', '), redact),
    toPart('output', output === undefined ? '' : toCanonicalJson(output), redact),
    ...transcript.map(describeMessage),
  ];
}

/** All of a message that says something. What its provider wants back with it was part of a decision, which is on the tape. */
function toText(message: ChatMessage): string {
  switch (message.role) {
    case 'assistant':
      return JSON.stringify([message.content, message.toolCalls]);
    case 'tool':
      // Its content as it is: JSON for the most part, from which a replay's is taken as JSON.
      return `${JSON.stringify([message.callId, message.name, message.isError])} ${message.content}`;
    default:
      return message.content;
  }
}

/** A replay has the text as it is, or what is left of it on the tape, where it stands as JSON or within a text. */
function toPart(as: string, text: string, redact: Redact): RequestPart {
  const asJson = redact(text);
  const asText = redactText(text, redact);
  const both = asText === text ? asJson : redact(asText);
  const digests = [...new Set([text, asJson, asText])].map(toDigest);
  return { as, digests, head: JSON.stringify(both.slice(0, TAPE_HEAD_CHARS)) };
}

function redactText(text: string, redact: Redact): string {
  try {
    return JSON.parse(redact(JSON.stringify(text))) as string;
  } catch {
    // A secret that begins within an escaped character.
    return redact(text);
  }
}

function toDigest(text: string): string {
  // As JSON, in which half a character is not another half one.
  return createHash('sha256').update(JSON.stringify(text)).digest('base64url').slice(0, DIGEST_CHARS);
}
