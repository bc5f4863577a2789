import { fillIn, fillInAll } from '../../base/environment.ts';
import { TroupeError, toErrorInfo } from '../../base/errors.ts';
import { addSecret } from '../../base/redact.ts';
import type { ProviderModelSpec } from '../../protocol.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { detectReasoning } from './detect-reasoning.ts';
import { isObject } from './is-object.ts';
import type { Fetch, LanguageModel } from './language-model.ts';
import { loadPackage } from './load-package.ts';

interface KnownProvider {
  readonly provider: string;
  readonly packageName: string;
  readonly factory: string;
  /** The environment variable of its key. */
  readonly keyVariable: string;
}

const KNOWN: readonly KnownProvider[] = [
  {
    provider: 'openai',
    packageName: '@ai-sdk/openai',
    factory: 'createOpenAI',
    keyVariable: 'OPENAI_API_KEY',
  },
  {
    provider: 'anthropic',
    packageName: '@ai-sdk/anthropic',
    factory: 'createAnthropic',
    keyVariable: 'ANTHROPIC_API_KEY',
  },
  {
    provider: 'google',
    packageName: '@ai-sdk/google',
    factory: 'createGoogleGenerativeAI',
    keyVariable: 'GOOGLE_GENERATIVE_AI_API_KEY',
  },
];
/** The one whose package comes with troupe. */
const COMPATIBLE = ['openai-compatible', '@ai-sdk/openai-compatible'];
const SECRET_HEADER = /auth|key|token|secret|cookie/i;

/** A language model that is ready to be asked. */
export interface ReadyModel {
  readonly model: LanguageModel;
  /** The provider's name of it, filled in. */
  readonly modelId: string;
  /** Where its key comes from, for messages. */
  readonly key: string;
  /** Sent with each request. */
  readonly headers: Record<string, string> | undefined;
  /** It is given a schema for its replies, or does without. */
  readonly takesSchema: boolean;
}

/** What a provider's factory is given. */
interface Settings {
  readonly apiKey?: string;
  readonly baseURL?: string;
  readonly fetch: Fetch;
}

/**
 * Makes the AI SDK's language model for what a scenario declares. Texts are filled in from the environment here.
 *
 * @param name The model's in the scenario, for messages.
 * @param fetch Instead of the global one.
 * @throws {TroupeError} `MODEL_UNAVAILABLE` if the package, the key or the address is missing, or the package is of another
 * kind; `SCENARIO_INVALID` if a text names a variable that is not set.
 */
export async function createLanguageModel(name: string, spec: ProviderModelSpec, fetch?: Fetch): Promise<ReadyModel> {
  const modelId = fillIn(spec.model, `model "${name}"`, { plain: true });
  const baseURL = readAddress(name, spec);
  const headers = readHeaders(name, spec);
  const known = KNOWN.find(({ provider, packageName }) => spec.provider === provider || spec.provider === packageName);
  const isCompatible = COMPATIBLE.includes(spec.provider);
  const apiKey = readKey(name, spec, known);
  const settings: Settings = {
    fetch: createBoundedFetch(name, fetch),
    ...(apiKey !== undefined && { apiKey }),
    ...(baseURL !== undefined && { baseURL }),
  };
  const packageName = known?.packageName ?? spec.provider;
  const made = isCompatible
    ? await createCompatible(name, modelId, spec, settings)
    : await createFromPackage(name, modelId, packageName, known, settings);
  return {
    model: checkVersion(name, packageName, made),
    modelId,
    key: nameKey(spec, known),
    headers,
    takesSchema: !isCompatible || spec.structured === true,
  };
}

/** The environment variable that holds the key, or the field of the scenario that could. */
function nameKey({ apiKey }: ProviderModelSpec, known: KnownProvider | undefined): string {
  if (apiKey === undefined) return known?.keyVariable ?? 'api_key';
  return /\$\{(\w+)(?::-[^}]*)?\}/.exec(apiKey)?.[1] ?? 'api_key';
}

function readHeaders(name: string, { headers }: ProviderModelSpec): Record<string, string> | undefined {
  if (headers === undefined) return undefined;
  const filled = fillInAll(headers, `model "${name}"`);
  // A secret that stands in the scenario itself is one all the same; of "Bearer x" it is the x.
  for (const [header, value] of Object.entries(filled)) {
    if (SECRET_HEADER.test(header)) addSecret(value.slice(value.lastIndexOf(' ') + 1));
  }
  return filled;
}

function readAddress(name: string, { baseUrl }: ProviderModelSpec): string | undefined {
  if (baseUrl === undefined) return undefined;
  const address = fillIn(baseUrl, `model "${name}"`, { plain: true });
  if (URL.canParse(address) && /^https?:/.test(address)) return address;
  throw new TroupeError(
    'MODEL_UNAVAILABLE',
    `Cannot use model "${name}": its base_url is no address of a server; write it as https://host/path`,
  );
}

function readKey(name: string, spec: ProviderModelSpec, known: KnownProvider | undefined): string | undefined {
  const own = spec.apiKey === undefined ? undefined : fillIn(spec.apiKey, `model "${name}"`);
  const key = own ?? (known === undefined ? undefined : process.env[known.keyVariable]);
  if (key !== undefined && key !== '') {
    addSecret(key);
    return key;
  }
  if (known === undefined) return undefined;
  throw new TroupeError(
    'MODEL_UNAVAILABLE',
    `Cannot use model "${name}": there is no API key; set the environment variable ${known.keyVariable}, or api_key`,
  );
}

async function createCompatible(
  name: string,
  modelId: string,
  spec: ProviderModelSpec,
  settings: Settings,
): Promise<unknown> {
  const { baseURL } = settings;
  if (baseURL === undefined) {
    throw new TroupeError(
      'MODEL_UNAVAILABLE',
      `Cannot use model "${name}": the provider openai-compatible needs the address of its server; set base_url`,
    );
  }
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
  return createOpenAICompatible({
    ...settings,
    baseURL,
    name: 'openaiCompatible',
    // Without it a streamed answer does not say what it has cost.
    includeUsage: true,
    metadataExtractor: detectReasoning,
    supportsStructuredOutputs: spec.structured === true,
  }).chatModel(modelId);
}

async function createFromPackage(
  name: string,
  modelId: string,
  packageName: string,
  known: KnownProvider | undefined,
  settings: Settings,
): Promise<unknown> {
  const exported = await loadPackage(name, packageName);
  try {
    const provider = toProvider(exported, known?.factory, settings);
    if (provider === undefined) throw new TypeError('it exports neither a create... function nor a provider');
    // OpenAI's own default is its Responses API, which servers that speak like OpenAI's seldom have.
    const isElsewhere = known?.provider === 'openai' && settings.baseURL !== undefined;
    return toModel(provider, modelId, isElsewhere ? ['chat'] : ['languageModel', 'chatModel', 'chat']);
  } catch (error) {
    const { message } = toErrorInfo(error);
    throw new TroupeError('MODEL_UNAVAILABLE', `Cannot use model "${name}": package "${packageName}": ${message}`);
  }
}

/** By its factory, which takes our settings; or else the provider that it exports ready-made. */
function toProvider(exported: Record<string, unknown>, factory: string | undefined, settings: Settings): unknown {
  const names = Object.keys(exported).filter((one) =>
    factory === undefined ? /^create[A-Z]/.test(one) : one === factory,
  );
  for (const one of names) {
    const create = exported[one];
    const made: unknown = typeof create === 'function' ? create(settings) : undefined;
    if (isProvider(made)) return made;
  }
  const ready = [exported.default, ...Object.values(exported)].find(isProvider);
  if (ready !== undefined && (settings.apiKey !== undefined || settings.baseURL !== undefined)) {
    throw new TypeError('it exports no create... function, so it cannot be given an api_key or a base_url');
  }
  return ready;
}

function isProvider(value: unknown): boolean {
  return (isObject(value) || typeof value === 'function') && 'languageModel' in value;
}

function toModel(provider: unknown, modelId: string, ways: readonly string[]): unknown {
  for (const way of ways) {
    const make = (provider as Record<string, unknown>)[way];
    if (typeof make === 'function') return make.call(provider, modelId);
  }
  return undefined;
}

function checkVersion(name: string, packageName: string, model: unknown): LanguageModel {
  const version = isObject(model) ? model.specificationVersion : undefined;
  if (version === 'v3' || version === 'v4') return model as unknown as LanguageModel;
  const found = typeof version === 'string' ? `of specification ${version.slice(0, 20)}` : 'no language model';
  throw new TroupeError(
    'MODEL_UNAVAILABLE',
    `Cannot use model "${name}": what the package "${packageName}" makes is ${found}, and v3 or v4 is needed; npm install ${packageName}@latest`,
  );
}
