/** The models of a scenario. Types only. */

import type { JsonObject } from './json.ts';
import type { Latency } from './tool-specs.ts';

export type ModelSpec = SimulatedModelSpec | ProviderModelSpec | CodeModelSpec;

/** What holds for a model whoever answers: how much it may be asked, how patiently, and at what price. */
export interface ModelTerms {
  /** Requests a minute, tokens a minute (in and out). Absent: as the provider's answers teach. */
  readonly rpm?: number;
  readonly tpm?: number;
  /** Calls in flight at once. Absent: no limit of ours. */
  readonly concurrency?: number;
  /**
   * How often a call is made again that failed in a way that may pass. Refusals for want of capacity do not count. Absent:
   * 3 for a provider's model, 0 for others.
   */
  readonly retries?: number;
  /** Milliseconds for one try. Absent: `MODEL_TIMEOUT_MS` (120_000). */
  readonly timeoutMs?: number;
  readonly price?: Price;
}

/** US dollars for a million tokens. */
export interface Price {
  readonly inputUsd: number;
  readonly outputUsd: number;
  /** Of input that the provider had in its cache. Absent: as other input. */
  readonly cachedInputUsd?: number;
}

/** A real model. Texts may hold `${NAME}`, which stands for an environment variable and is put in when the run starts. */
export interface ProviderModelSpec extends ModelTerms {
  /** `openai`, `anthropic`, `google`, `openai-compatible`, or the name of an npm package. */
  readonly provider: string;
  /** The provider's name of the model. */
  readonly model: string;
  /** Absent: the provider's. `openai-compatible` needs one. */
  readonly baseUrl?: string;
  /** Absent: the provider's own variable, such as `OPENAI_API_KEY`. */
  readonly apiKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly temperature?: number;
  /** Tokens of one answer. Absent: the provider's limit. */
  readonly maxOutputTokens?: number;
  /** Passed to the provider as they are. */
  readonly options?: JsonObject;
  /** `openai-compatible`: it takes a JSON Schema for its replies. Default: false, it is told in words. */
  readonly structured?: boolean;
  /** Who answers in a rehearsal instead. */
  readonly simulate?: SimulatedRules;
}

/** Terms of a model that code brings along. */
export interface CodeModelSpec extends ModelTerms {
  readonly provider: 'code';
}

/** The embedded default: answers by rules, everything from the seed. */
export interface SimulatedModelSpec extends ModelTerms, SimulatedRules {
  readonly provider: 'simulated';
}

export interface SimulatedRules {
  readonly latency: Latency;
  /** Probability, 0 to 1, that a call fails after its latency. */
  readonly failureRate: number;
  /** Answers by the number of the agent's decision, before any rule; past the end, the rules decide. */
  readonly sequence: readonly SimulatedAnswer[];
  /** The first rule that fits answers. */
  readonly rules: readonly SimulatedRule[];
}

/** `correction`: what is wrong with the model's last answer, told to it. `summary`: a conversation to be summed up. */
export type ObservationKind = 'observation' | 'results' | 'message' | 'correction' | 'summary';

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input, what came from the provider's cache. Absent: unknown, or none. */
  readonly cachedInputTokens?: number;
  /** US dollars. Absent: the model has no price. */
  readonly costUsd?: number;
}

export interface SimulatedRule extends SimulatedAnswer {
  /** The kind of observation this rule is for; absent: any. */
  readonly on?: ObservationKind;
  /** A regular expression (RE2 syntax, linear time) searched in the observation's text. */
  readonly match?: string;
  /** A CEL expression over `observation, results, row, index, turn, step, params`. */
  readonly when?: string;
}

/** What a rule or a step of a sequence answers; strings are Liquid templates. */
export interface SimulatedAnswer {
  readonly reply?: string;
  /** Each entry names one tool and its templated arguments. */
  readonly call: readonly { readonly tool: string; readonly args: JsonObject }[];
  /** True: the observation is answered by this decision, its calls still run. Default: true without calls. */
  readonly final?: boolean;
  /** Replaces the model's latency for this answer. */
  readonly latency?: Latency;
  /** Token counts to report; absent: estimated from the text, four characters a token. */
  readonly tokens?: Partial<Usage>;
  /** The call fails with this message instead of answering. */
  readonly fail?: string;
}
