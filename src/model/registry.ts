import { TroupeError } from '../base/errors.ts';
import type { JsonObject, ModelSpec } from '../protocol.ts';
import { createGate, type Gate } from './gate.ts';
import type { Model } from './model.ts';
import { createSimulatedModel } from './simulated.ts';

/**
 * Makes every model of a scenario, each behind a gate of its own.
 *
 * @param specs By name, as the scenario declares them.
 * @param options.params The scenario's, for templates and conditions.
 * @param options.concurrency Calls in flight at once, by model name; a model not named is unlimited.
 * @param options.extra Models from code; each replaces a declared one of its name.
 * @returns By name: the declared in their order, then those that exist in code alone.
 * @throws {TroupeError} `USAGE` if two models from code have one name; `TEMPLATE` or `EXPRESSION` if a simulated model
 * cannot be read.
 */
export function createModels(
  specs: Readonly<Record<string, ModelSpec>>,
  options: {
    params: JsonObject;
    concurrency: Readonly<Record<string, number>>;
    extra?: readonly Model[];
  },
): ReadonlyMap<string, Gate> {
  const extra = new Map<string, Model>();
  for (const model of options.extra ?? []) {
    if (extra.has(model.name)) {
      throw new TroupeError('USAGE', `Cannot add model "${model.name}": another one from code has the same name`);
    }
    extra.set(model.name, model);
  }
  const models = new Map<string, Model>();
  for (const [name, spec] of Object.entries(specs))
    models.set(name, extra.get(name) ?? createModel(name, spec, options));
  for (const [name, model] of extra) models.set(name, model);

  const gates = new Map<string, Gate>();
  for (const [name, model] of models) {
    // A model may be called "constructor": only the scenario's own keys count.
    const concurrency = Object.hasOwn(options.concurrency, name) ? options.concurrency[name] : undefined;
    gates.set(name, createGate(model, concurrency === undefined ? {} : { concurrency }));
  }
  return gates;
}

function createModel(name: string, spec: ModelSpec, options: { params: JsonObject }): Model {
  switch (spec.provider) {
    case 'simulated':
      return createSimulatedModel(name, spec, { params: options.params });
  }
}
