import { TroupeError } from '../base/errors.ts';
import type { JsonObject, ModelSpec, ProviderModelSpec } from '../protocol.ts';
import { createGate, type Gate, type GateOptions } from './gate.ts';
import type { Model } from './model.ts';
import { createSimulatedModel } from './simulated.ts';

export interface ModelsOptions {
  /** The scenario's, for templates and conditions. */
  readonly params: JsonObject;
  /** Calls in flight at once, by model name, besides what the models say of themselves. */
  readonly concurrency: Readonly<Record<string, number>>;
  /** True: a rehearsal, in which real models have a stand-in. */
  readonly virtual: boolean;
  /** Models from code; each replaces a declared one of its name, on its terms. */
  readonly extra?: readonly Model[];
}

/**
 * Makes every model of a scenario, each behind a gate of its own.
 *
 * @param specs By name, as the scenario declares them.
 * @returns By name: the declared in their order, then those that exist in code alone.
 * @throws {TroupeError} `USAGE` if two models from code have one name, or one that is declared as from code is not there;
 * `MODEL_UNAVAILABLE` if a real model cannot be had: its package is not installed, its key is missing, or it has no
 * stand-in for a rehearsal; `SCENARIO_INVALID` if an environment variable is not set; `TEMPLATE` or `EXPRESSION` if a
 * simulated model cannot be read.
 */
export async function createModels(
  specs: Readonly<Record<string, ModelSpec>>,
  options: ModelsOptions,
): Promise<ReadonlyMap<string, Gate>> {
  const extra = toMap(options.extra ?? []);
  const gates = new Map<string, Gate>();
  for (const [name, spec] of Object.entries(specs)) {
    const model = extra.get(name) ?? (await createModel(name, spec, options));
    gates.set(name, createGate(model, { ...toTerms(spec), ...toPlaces(name, spec, options) }));
  }
  for (const [name, model] of extra) {
    if (!gates.has(name)) gates.set(name, createGate(model, toPlaces(name, undefined, options)));
  }
  return gates;
}

function toMap(extra: readonly Model[]): Map<string, Model> {
  const models = new Map<string, Model>();
  for (const model of extra) {
    if (models.has(model.name)) {
      throw new TroupeError('USAGE', `Cannot add model "${model.name}": another one from code has the same name`);
    }
    models.set(model.name, model);
  }
  return models;
}

async function createModel(name: string, spec: ModelSpec, { params, virtual }: ModelsOptions): Promise<Model> {
  if (isSimulated(spec)) return createSimulatedModel(name, spec, { params });
  if (spec.provider === 'code') {
    throw new TroupeError('USAGE', `Cannot use model "${name}": it is declared as from code, and the code brings none`);
  }
  const real = spec as ProviderModelSpec;
  // Loaded only where there is one: the packages of providers take a quarter of a second.
  if (!virtual) return (await import('./provider/create-provider-model.ts')).createProviderModel(name, real);
  if (real.simulate !== undefined) return createSimulatedModel(name, real.simulate, { params });
  const hint = 'give it rules under simulate:, or play a recorded run with --replay';
  throw new TroupeError('MODEL_UNAVAILABLE', `Cannot rehearse with model "${name}": it is a real one; ${hint}`);
}

function isSimulated(spec: ModelSpec): spec is Extract<ModelSpec, { provider: 'simulated' }> {
  return spec.provider === 'simulated';
}

/** Only a real model has something to learn of its provider. */
function toTerms(spec: ModelSpec): GateOptions {
  const { rpm, tpm, retries, timeoutMs, price, provider } = spec;
  return {
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(retries !== undefined && { retries }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(price !== undefined && { price }),
    ...(provider !== 'simulated' && provider !== 'code' && { adaptive: true }),
  };
}

/** The smaller of what the model and the scenario's limits say. */
function toPlaces(name: string, spec: ModelSpec | undefined, { concurrency }: ModelsOptions): GateOptions {
  // A model may be called "constructor": only the scenario's own keys count.
  const limit = Object.hasOwn(concurrency, name) ? concurrency[name] : undefined;
  const places = Math.min(spec?.concurrency ?? Number.POSITIVE_INFINITY, limit ?? Number.POSITIVE_INFINITY);
  return places === Number.POSITIVE_INFINITY ? {} : { concurrency: places };
}
