import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolCallPart,
  LanguageModelV3ToolResultPart,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import type { ChatMessage, ModelRequest, ToolCall } from '../../protocol.ts';
import type { KeptPart, KeptSource } from './kept.ts';
import { readKept } from './read-kept.ts';
import { toWellFormed } from './to-well-formed.ts';

/** The longest name of a tool that every provider takes. */
const NAME_MAX_CHARS = 64;
const OTHER_THAN_NAME = /[^a-zA-Z0-9_-]/g;
/** Nine letters and digits, which is the one form of an id that Mistral takes; others take it too. */
const ID_DIGITS = 5;
/** Of a call of which nothing was kept. */
const PLAIN_CALL: KeptPart = { type: 'call', id: '' };

type AssistantPart = Extract<LanguageModelV3Message, { role: 'assistant' }>['content'][number];

/**
 * The conversation in the AI SDK's words.
 *
 * Contract: what comes out is what providers accept, whatever the transcript holds: instructions first and once; user and
 * assistant in turn, the user first and no text empty; after an assistant's calls exactly one result for each of them, and
 * none without its call; ids that occur once; names of tools that are names. What was kept of an answer goes back to the
 * provider and model that gave it, in its place.
 *
 * @param source Who is asked.
 * @param more After the instructions.
 */
export function toPrompt(request: ModelRequest, source: KeptSource, more = ''): LanguageModelV3Prompt {
  const { transcript, observation } = request;
  const prompt = new Prompt(new Set(request.tools.map((tool) => tool.name)), source);
  prompt.system(request.instructions);
  prompt.system(more);
  for (const message of transcript) prompt.add(message);
  // What is observed is the end of the transcript already, unless whoever asks has left it out.
  if (!prompt.isOpen) prompt.user(observation.text);
  return prompt.finish();
}

/** A prompt that is being put together, message by message. */
class Prompt {
  readonly #known: ReadonlySet<string>;
  readonly #source: KeptSource;
  readonly #system: string[] = [];
  readonly #messages: LanguageModelV3Message[] = [];
  /** Texts of the user since the last message of another role. */
  #said: string[] = [];
  #calls = 0;
  readonly #ids = new Set<string>();
  /** Of the last assistant's calls, those without a result so far, by their ids in the transcript. */
  #open = new Map<string, LanguageModelV3ToolCallPart>();
  #results: LanguageModelV3ToolResultPart[] = [];

  /** @param known Names of tools that the request declares. */
  constructor(known: ReadonlySet<string>, source: KeptSource) {
    this.#known = known;
    this.#source = source;
  }

  /** It ends with something that can be answered. */
  get isOpen(): boolean {
    return this.#said.length > 0 || this.#results.length > 0;
  }

  system(text: string): void {
    if (text.trim() !== '') this.#system.push(toWellFormed(text));
  }

  user(text: string): void {
    this.#endResults();
    this.#said.push(text.trim() === '' ? '(no text)' : toWellFormed(text));
  }

  add(message: ChatMessage): void {
    if (message.role === 'user') this.user(message.content);
    else if (message.role === 'assistant') this.#assistant(message);
    else if (message.role === 'tool') this.#result(message.callId, message.content, message.isError);
    // In the middle of a conversation most providers know of no instructions.
    else if (this.#messages.length === 0 && this.#said.length === 0) this.system(message.content);
    else this.user(message.content);
  }

  finish(): LanguageModelV3Prompt {
    this.#endResults();
    this.#endUser();
    if (this.#system.length === 0) return this.#messages;
    return [{ role: 'system', content: this.#system.join('\n\n') }, ...this.#messages];
  }

  #assistant({ content, toolCalls, kept }: ChatMessage & { role: 'assistant' }): void {
    const hasText = content.trim() !== '';
    // An answer that was empty is nothing to repeat; providers refuse it.
    if (!hasText && toolCalls.length === 0) return;
    this.#endResults();
    // The beginning of a long conversation gives way, and no conversation may begin with an answer.
    if (this.#messages.length === 0 && this.#said.length === 0) this.#said.push('(earlier messages are left out)');
    this.#endUser();
    const text: KeptPart[] = hasText ? [{ type: 'text' }] : [];
    const plain = [...text, ...toolCalls.map(() => PLAIN_CALL)];
    const calls = toolCalls.values();
    const parts = (readKept(kept, this.#source, toolCalls.length) ?? plain).flatMap((part): AssistantPart[] => {
      if (part.type !== 'call') return toTextPart(part, content);
      const { value: call } = calls.next();
      return call === undefined ? [] : [this.#call(call, part)];
    });
    this.#messages.push({ role: 'assistant', content: parts });
  }

  #call({ id, name, args }: ToolCall, kept: KeptPart & { type: 'call' }): LanguageModelV3ToolCallPart {
    const part: LanguageModelV3ToolCallPart = {
      type: 'tool-call',
      toolCallId: this.#toId(kept.id),
      toolName: this.#toName(name),
      input: args,
      ...toOptions(kept),
    };
    this.#open.set(id, part);
    return part;
  }

  /** The provider's own, where its thoughts may refer to it. */
  #toId(own: string): string {
    let id = own;
    while (id === '' || this.#ids.has(id)) id = `call${String(++this.#calls).padStart(ID_DIGITS, '0')}`;
    this.#ids.add(id);
    return id;
  }

  #result(callId: string, content: string, isError: boolean): void {
    const call = this.#open.get(callId);
    if (call === undefined) return;
    this.#open.delete(callId);
    this.#addResult(call, { type: isError ? 'error-text' : 'text', value: toWellFormed(content) });
  }

  #addResult(call: LanguageModelV3ToolCallPart, output: LanguageModelV3ToolResultPart['output']): void {
    this.#results.push({ type: 'tool-result', toolCallId: call.toolCallId, toolName: call.toolName, output });
  }

  /** Results of one assistant's calls are one message. A call that was cut short by a stop or a crash may have none. */
  #endResults(): void {
    for (const call of this.#open.values()) {
      this.#addResult(call, { type: 'error-text', value: 'The call was not finished: its result is not known' });
    }
    this.#open.clear();
    if (this.#results.length > 0) this.#messages.push({ role: 'tool', content: this.#results });
    this.#results = [];
  }

  #endUser(): void {
    const text = this.#said.join('\n\n');
    this.#said = [];
    if (text !== '') this.#messages.push({ role: 'user', content: [{ type: 'text', text }] });
  }

  /** A model may have called anything; a provider that is shown a name it does not take refuses the conversation for good. */
  #toName(name: string): string {
    return this.#known.has(name) ? name : name.replace(OTHER_THAN_NAME, '_').slice(0, NAME_MAX_CHARS) || '_';
  }
}

function toTextPart(part: Exclude<KeptPart, { type: 'call' }>, content: string): AssistantPart[] {
  const text = toWellFormed(part.text ?? content);
  // A thought may have nothing but what the provider says of it.
  return part.type === 'text' && text.trim() === '' ? [] : [{ type: part.type, text, ...toOptions(part) }];
}

function toOptions({ options }: KeptPart): { providerOptions?: SharedV3ProviderOptions } {
  return options === undefined ? {} : { providerOptions: options as SharedV3ProviderOptions };
}
