import { isObject } from './is-object.ts';

/** More than any answer has: calls are bounded, and thoughts and texts stand between them. */
const PARTS_MAX = 1_024;
const STREAMED = /^(reasoning|text)-(start|delta|end)$/;

/** A part of an answer, with what the provider's package says of it beside its text. */
export interface AnswerPart {
  readonly type: 'reasoning' | 'text' | 'call';
  /** Of a call: nothing. */
  text: string;
  /** Of a call: the provider's own. */
  readonly id: string;
  metadata: Record<string, unknown> | undefined;
}

/** The thoughts, texts and calls of an answer in their order, from whole parts or from the pieces of a stream. */
export class AnswerParts {
  readonly list: AnswerPart[] = [];
  /** There are more than are listed. */
  isCut = false;
  /** Of a stream, those that have not ended. */
  readonly #open = new Map<string, AnswerPart>();

  /**
   * @param part One of the AI SDK's content parts or stream parts. Others are passed over, and so are calls that the provider
   * has made itself.
   */
  take(part: Record<string, unknown>): void {
    const { type, text, delta, toolCallId, providerMetadata } = part;
    if (type === 'tool-call' && part.providerExecuted !== true) {
      this.#add('call', '', typeof toolCallId === 'string' ? toolCallId : '').metadata = toMetadata(providerMetadata);
    } else if ((type === 'reasoning' || type === 'text') && typeof text === 'string') {
      this.#add(type, text).metadata = toMetadata(providerMetadata);
    } else {
      const [, kind, event] = (typeof type === 'string' && STREAMED.exec(type)) || [];
      if (kind === 'reasoning' || kind === 'text') this.#takePiece(kind, event, part, delta);
    }
  }

  #takePiece(
    kind: 'reasoning' | 'text',
    event: string | undefined,
    part: Record<string, unknown>,
    delta: unknown,
  ): void {
    const key = `${kind} ${String(part.id)}`;
    const known = event === 'start' ? undefined : this.#open.get(key);
    const open = known ?? this.#add(kind, '');
    if (typeof delta === 'string') open.text += delta;
    // The last one counts: a signature comes at the end.
    open.metadata = toMetadata(part.providerMetadata) ?? open.metadata;
    if (event === 'end') this.#open.delete(key);
    else if (known === undefined && !this.isCut) this.#open.set(key, open);
  }

  #add(type: AnswerPart['type'], text: string, id = ''): AnswerPart {
    const part: AnswerPart = { type, text, id, metadata: undefined };
    if (this.list.length < PARTS_MAX) this.list.push(part);
    else this.isCut = true;
    return part;
  }
}

function toMetadata(value: unknown): Record<string, unknown> | undefined {
  return isObject(value) ? value : undefined;
}
