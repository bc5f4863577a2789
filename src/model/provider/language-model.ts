/** What is relied on of a package for the AI SDK. Types only. */

import type { LanguageModelV3CallOptions } from '@ai-sdk/provider';

/**
 * A language model of specification version 3 or 4, which differ in nothing that is used here. What it answers is read with
 * care, since anybody may have written the package.
 */
export interface LanguageModel {
  readonly specificationVersion: 'v3' | 'v4';
  /** Such as `openai.responses`; up to the dot it is the key of the provider's own options. */
  readonly provider: string;
  doGenerate(options: LanguageModelV3CallOptions): PromiseLike<unknown>;
  doStream(options: LanguageModelV3CallOptions): PromiseLike<unknown>;
}

/** What the provider is asked with instead of the global `fetch`. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Headers of an answer, their names in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>;
