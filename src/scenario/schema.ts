import { z } from 'zod';
import type { Json } from '../protocol.ts';
import { count, latency, name, positiveDuration, size, text } from './fields.ts';
import { budgetSchema, groupSchema, limitShape, supervisionShape } from './group-schema.ts';
import { modelSchema } from './model-schema.ts';
import { sourceSchema } from './source-schema.ts';
import { toolSchema } from './tool-schema.ts';
import { wiringSchema } from './wiring-schema.ts';

function untilSchema() {
  return z
    .union([
      z.literal('never'),
      z
        .strictObject({
          time: positiveDuration('On the clock of the run.').optional(),
          replies: count('Observations that were answered.', 1).optional(),
          when: text('A CEL expression about the summary, looked at after each answer.').optional(),
        })
        .refine((until) => Object.keys(until).length > 0, {
          error: 'expected at least one of time, replies and when',
        }),
    ])
    .meta({ description: 'When the run is over; whatever comes first. Default: when there is nothing more to do.' })
    .optional();
}

function buildSchema() {
  return z
    .strictObject({
      $schema: text('For editors; without effect.').optional(),
      name: name().meta({ description: 'Name of the scenario.' }),
      about: text('What it shows.').optional(),
      seed: count('Seed of all chance. Default: a run draws one, a rehearsal uses 0.', 0).optional(),
      params: z
        .record(name(), z.custom<Json>())
        .default({})
        .meta({ description: 'Values for {{ params.x }} anywhere in this file; see --set.' }),
      models: z.record(name(), modelSchema()).default({}).meta({ description: 'Models by name.' }),
      tools: z.record(name(), toolSchema()).default({}).meta({ description: 'Tools by name.' }),
      agents: z.record(name(), groupSchema()).meta({ description: 'Groups of agents by name.', minProperties: 1 }),
      sources: z
        .record(name(), sourceSchema())
        .default({})
        .meta({ description: 'Where observations come from besides the groups, by name.' }),
      wiring: z.array(wiringSchema()).default([]).meta({ description: 'To whom replies go by themselves.' }),
      supervision: z
        .strictObject(supervisionShape())
        .meta({ description: 'How the run supervises its groups and supervisors.' })
        .optional(),
      supervisors: z
        .record(
          name(),
          z.strictObject({
            ...supervisionShape(),
            children: z
              .array(z.string())
              .min(1)
              .meta({ description: 'Groups and supervisors, in the order in which they start.' }),
          }),
        )
        .default({})
        .meta({ description: 'Supervisors by name, for parts of the run.' }),
      memory: z
        .strictObject({
          store: z.enum(['lmdb', 'in-memory']).default('lmdb').meta({ description: 'Where turns are kept.' }),
          durability: z.enum(['async', 'sync']).default('async').meta({
            description: 'async: the agent goes on while its turn is written. sync: it waits until that is on disk.',
          }),
          latency: latency('Added before each write, to rehearse a slow disk.').prefault('0ms'),
        })
        .meta({ description: 'How turns are stored.' })
        .prefault({}),
      keep: z
        .strictObject({
          runs: count('So many, the newest.', 1).optional(),
          days: z.number().positive().meta({ description: 'Those that began in so many days.' }).optional(),
          bytes: size('So much of them, the newest.').optional(),
        })
        .meta({
          description: 'After a live run: which runs of this scenario stay in the data directory. Default: all.',
        })
        .optional(),
      limits: z
        .strictObject({
          ...limitShape(),
          concurrency: z
            .record(name(), count('Calls.', 1))
            .default({})
            .meta({ description: 'Model calls in flight at once, by model name. Default: no limit.' }),
        })
        .meta({ description: 'Limits of every agent, and of the models.' })
        .prefault({}),
      budget: budgetSchema('For the whole run.').optional(),
      until: untilSchema(),
      expect: z
        .array(z.string())
        .default([])
        .meta({ description: 'CEL expressions about the summary that must be true at the end.' }),
    })
    .meta({ title: 'troupe scenario' });
}

/** A scenario as the schema leaves it: defaults filled in, durations in milliseconds, keys still as in the file. */
export type CheckedScenario = z.output<ReturnType<typeof buildSchema>>;

let schema: ReturnType<typeof buildSchema> | undefined;

/** The one definition of a scenario file. Built at the first call, since it takes milliseconds. */
export function scenarioSchema(): ReturnType<typeof buildSchema> {
  schema ??= buildSchema();
  return schema;
}
