import type {
  JSONSchema7,
  LanguageModelV3CallOptions,
  LanguageModelV3FunctionTool,
  SharedV3ProviderOptions,
} from '@ai-sdk/provider';
import type { JsonObject, ModelRequest, ProviderModelSpec, ToolDefinition } from '../../protocol.ts';
import { isObject } from './is-object.ts';
import type { KeptSource } from './kept.ts';
import { toPrompt } from './to-prompt.ts';

/** What is the same in every call of a model. */
export interface CallTerms {
  readonly spec: ProviderModelSpec;
  readonly source: KeptSource;
  /** Filled in. */
  readonly headers: Record<string, string> | undefined;
  readonly providerOptions: SharedV3ProviderOptions | undefined;
  /** False: a schema for replies is told in words. */
  readonly takesSchema: boolean;
}

/** Agents of a group share the list of their tools, so each list is turned into the AI SDK's words once. */
const known = new WeakMap<readonly ToolDefinition[], LanguageModelV3FunctionTool[]>();

/** A request in the AI SDK's words. */
export function toCallOptions(
  request: ModelRequest,
  terms: CallTerms,
  abortSignal: AbortSignal,
): LanguageModelV3CallOptions {
  const { spec, source, headers, providerOptions, takesSchema } = terms;
  const { output, tools } = request;
  const maxOutputTokens = Math.min(
    spec.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    request.maxOutputTokens ?? Number.POSITIVE_INFINITY,
  );
  const inWords = output !== undefined && !takesSchema ? describeOutput(output) : '';
  return {
    prompt: toPrompt(request, source, inWords),
    abortSignal,
    ...(maxOutputTokens !== Number.POSITIVE_INFINITY && { maxOutputTokens }),
    ...(spec.temperature !== undefined && { temperature: spec.temperature }),
    ...(tools.length > 0 && { tools: toTools(tools), toolChoice: { type: 'auto' as const } }),
    // A server that is held to JSON by a grammar of its own cannot write a call then.
    ...(output !== undefined && (takesSchema || tools.length === 0) && toFormat(output)),
    ...(headers !== undefined && { headers }),
    ...(providerOptions !== undefined && { providerOptions }),
  };
}

/**
 * Puts a scenario's options under the provider's key, unless they stand there already.
 *
 * @param provider The language model's, such as `openai.responses`: the key is what comes before the dot.
 */
export function toProviderOptions(
  options: JsonObject | undefined,
  provider: string,
): SharedV3ProviderOptions | undefined {
  if (options === undefined) return undefined;
  const key = provider.split('.', 1)[0]?.trim() ?? provider;
  if (Object.hasOwn(options, key) && isObject(options[key])) return options as SharedV3ProviderOptions;
  // Some packages' key is another one than their name says: what may be meant for it stays where it is, too.
  const nested = Object.entries(options).filter(([, value]) => isObject(value) && !Array.isArray(value));
  return { ...(Object.fromEntries(nested) as SharedV3ProviderOptions), [key]: options };
}

function toTools(tools: readonly ToolDefinition[]): LanguageModelV3FunctionTool[] {
  let made = known.get(tools);
  if (made === undefined) {
    made = tools.map(({ name, description, parameters }) => ({
      type: 'function',
      name,
      description,
      // Providers want an object, which a schema for no arguments may leave out.
      inputSchema: { type: 'object', properties: {}, ...parameters } as JSONSchema7,
    }));
    known.set(tools, made);
  }
  return made;
}

function toFormat(output: JsonObject): Pick<LanguageModelV3CallOptions, 'responseFormat'> {
  return { responseFormat: { type: 'json', schema: output as JSONSchema7, name: 'reply' } };
}

function describeOutput(output: JsonObject): string {
  return `When you reply, reply with JSON and nothing else. It has to fit this JSON Schema:\n${JSON.stringify(output)}`;
}
