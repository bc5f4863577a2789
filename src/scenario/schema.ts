import { z } from 'zod';
import {
  AGENT_IDENTICAL_CALLS,
  AGENT_TURNS,
  AGENT_WALL_MS,
  AGENTS_MAX,
  MAX_RESTARTS,
  RESTART_WITHIN_MS,
  RETRIES,
  SHUTDOWN_MS,
  TOOL_TIMEOUT_MS,
} from '../base/limits.ts';
import type { Json, JsonObject } from '../protocol.ts';
import {
  count,
  duration,
  durationRange,
  expected,
  json,
  jsonObject,
  latency,
  name,
  path,
  positiveDuration,
  rate,
  size,
  text,
} from './fields.ts';

/** RE2 is linear in the text, but compiling takes time with the pattern: `a{1000}` a thousand times takes seconds. */
const PATTERN_MAX_CHARS = 1_000;

const toolCall = () =>
  z
    .union(
      [
        name().transform((tool) => ({ tool, args: {} as JsonObject })),
        z
          .record(name(), z.nullable(z.record(z.string(), z.custom<Json>())))
          .refine((entry) => Object.keys(entry).length === 1, {
            error: 'expected one tool an entry: { tool: { ... } }',
          })
          .transform((entry) => {
            const [[tool, args] = ['', null]] = Object.entries(entry);
            return { tool, args: args ?? ({} as JsonObject) };
          })
          .meta({ maxProperties: 1, minProperties: 1 }),
      ],
      { error: expected('the name of a tool or { tool: { ... } }') },
    )
    .meta({ description: 'A tool by name, or { tool: { argument: value } }; strings inside are templates.' });

function answerShape() {
  return {
    reply: text('What the agent answers. A template.').optional(),
    call: z.array(toolCall()).default([]).meta({ description: 'Tools to call, all at once, in this order.' }),
    final: z
      .boolean()
      .meta({ description: 'The observation is answered; calls still run. Default: true without calls.' })
      .optional(),
    latency: latency("Instead of the model's latency.").optional(),
    tokens: z
      .strictObject({
        input: count('Input tokens.', 0).optional(),
        output: count('Output tokens.', 0).optional(),
      })
      .meta({ description: 'Token counts to report. Default: estimated, four characters a token.' })
      .optional(),
    fail: text('The call fails with this message instead of answering.').optional(),
  };
}

function modelSchema() {
  const shape = answerShape();
  const answer = z.strictObject(shape);
  const rule = z.strictObject({
    on: z
      .enum(['observation', 'results', 'message'])
      .meta({ description: 'The kind of observation this rule is for. Default: any.' })
      .optional(),
    match: z
      .string()
      .max(PATTERN_MAX_CHARS)
      .meta({ description: "A regular expression (RE2) searched in the observation's text." })
      .optional(),
    when: text('A CEL expression that must be true.').optional(),
    ...shape,
  });
  return z
    .strictObject({
      provider: z
        .literal('simulated')
        .default('simulated')
        .meta({ description: 'Who answers: by rules, from the seed.' }),
      latency: latency('How long a call takes.').prefault('0ms'),
      failure_rate: rate('Probability that a call fails after its latency.'),
      sequence: z
        .array(answer)
        .default([])
        .meta({ description: "Answers by the number of the agent's decision, before any rule." }),
      rules: z.array(rule).default([]).meta({ description: 'The first rule that fits answers.' }),
    })
    .meta({ description: 'A simulated model.' });
}

function toolSchema() {
  const common = {
    description: text('What a model is told about the tool.').optional(),
    timeout: positiveDuration('A call that takes longer fails.').prefault(`${TOOL_TIMEOUT_MS / 1_000}s`),
    effects: z
      .enum(['none', 'idempotent', 'once'])
      .meta({
        description:
          'What a call changes: none; idempotent: the same if made again with its key; once: made again it is done twice.',
      })
      .optional(),
  };
  const builtin = { description: 'Which tool this is.' };
  return z
    .discriminatedUnion('builtin', [
      z.strictObject({
        builtin: z.enum(['search', 'read-file']).meta(builtin),
        folder: path('Folder it reads, relative to this file.'),
        ...common,
      }),
      z.strictObject({
        builtin: z.enum(['append-line', 'find-lines']).meta(builtin),
        file: path('File of lines, relative to this file. Made with the first line.'),
        ...common,
      }),
      z.strictObject({ builtin: z.enum(['metrics', 'calculate', 'now', 'send']).meta(builtin), ...common }),
      z.strictObject({
        builtin: z.literal('simulated').meta(builtin),
        latency: latency('How long a call takes.').prefault('0ms'),
        result: json('What a call gives; strings inside are templates. Default: null.').optional(),
        failure_rate: rate('Probability that a call fails after its latency.'),
        fault: z
          .enum(['error', 'throw', 'hang'])
          .meta({ description: 'Every call rejects, throws at once, or never ends.' })
          .optional(),
        parameters: jsonObject('JSON Schema of the arguments. Default: any object.').optional(),
        ...common,
      }),
    ])
    .meta({ description: 'A tool.' });
}

function limitShape() {
  return {
    turns: count(`Turns an agent may spend on one observation. Default: ${AGENT_TURNS}.`, 1).optional(),
    identical_calls: count(
      `The same calls decided this many times in a row end the agent. Default: ${AGENT_IDENTICAL_CALLS}.`,
      2,
    ).optional(),
    wall: positiveDuration(`How long one observation may take. Default: ${AGENT_WALL_MS / 60_000}m.`).optional(),
  };
}

/** What the short forms of `observe` come to. */
interface Observed {
  readonly items: readonly string[];
  readonly each?: string | undefined;
  readonly text?: string | undefined;
  readonly inbox: boolean;
}

function supervisionShape() {
  return {
    strategy: z.enum(['one_for_one', 'one_for_all', 'rest_for_one']).default('one_for_one').meta({
      description: 'Who is started again with a child that has failed: it alone, all, it and those started after it.',
    }),
    max_restarts: count('More restarts than this in max_seconds, and it gives up.', 0).default(MAX_RESTARTS),
    max_seconds: z
      .number()
      .positive()
      .default(RESTART_WITHIN_MS / 1_000)
      .meta({ description: 'See max_restarts.' }),
    backoff: durationRange('Wait before a restart, doubled with each failure in a row. Default: none.').optional(),
    shutdown: positiveDuration('How long children have to finish their turns when they are stopped.').prefault(
      `${SHUTDOWN_MS / 1_000}s`,
    ),
  };
}

function groupSchema() {
  const items = z.array(z.string()).meta({ description: 'Texts, worked through in this order. Templates.' });
  const observe = z
    .union(
      [
        text('One text. A template.').transform((item): Observed => ({ items: [item], inbox: false })),
        items.transform((list): Observed => ({ items: list, inbox: false })),
        z
          .strictObject({
            items: z
              .union([z.string().transform((item) => [item]), items], { error: expected('a text or a list of texts') })
              .default([])
              .meta({ description: 'What every member observes: a text or a list of texts. Templates.' }),
            each: path('JSON-lines file, relative to this file; row r goes to member r modulo count.').optional(),
            text: text('With each: the text of a dealt row. Without: the one text to observe. A template.').optional(),
            inbox: z
              .boolean()
              .default(false)
              .meta({ description: 'After its own observations the agent waits for messages.' }),
          })
          .transform((observed): Observed => observed),
      ],
      { error: expected('a text, a list of texts, or a map with items, each, text or inbox') },
    )
    .meta({ description: 'What the members work on.' });
  return z
    .strictObject({
      count: count('So many members.', 1, AGENTS_MAX).optional(),
      each: path('JSON-lines file, relative to this file: one member for each row.').optional(),
      list: z
        .array(jsonObject("One member's row."))
        .meta({ description: 'One member for each row written here.' })
        .optional(),
      model: text('Name of a model.'),
      tools: z.array(z.string()).default([]).meta({ description: 'Names of the tools a member may call.' }),
      instructions: text('What the model is told about its task. A template.').default(''),
      observe,
      limits: z.strictObject(limitShape()).meta({ description: 'Instead of the limits of the scenario.' }).prefault({}),
      restart: z
        .enum(['permanent', 'transient', 'temporary'])
        .meta({
          description:
            'When a member that has ended is started again: always, after a failure, never. Default: transient with supervision or supervisors, else temporary.',
        })
        .optional(),
      idle_after: duration(
        'A member that has had nothing to do for so long leaves the process until a message comes. Default: it stays.',
      ).optional(),
      retries: count('How often a failing observation is tried again before it is set aside.', 0).default(RETRIES),
    })
    .meta({
      description: 'A group of agents.',
      oneOf: [{ required: ['count'] }, { required: ['each'] }, { required: ['list'] }],
    });
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
