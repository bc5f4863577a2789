import { z } from 'zod';
import { ASK_TIMEOUT_MS, FETCH_MAX_BYTES, TOOL_TIMEOUT_MS } from '../base/limits.ts';
import { approvalSchema, personSchema } from './approval-schema.ts';
import {
  count,
  duration,
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

function simulatedShape() {
  return {
    latency: latency('How long a call takes.').prefault('0ms'),
    result: json('What a call gives; strings inside are templates. Default: null.').optional(),
    failure_rate: rate('Probability that a call fails after its latency.'),
    fault: z
      .enum(['error', 'throw', 'hang'])
      .meta({ description: 'Every call rejects, throws at once, or never ends.' })
      .optional(),
  };
}

function commonShape() {
  return {
    description: text('What a model is told about the tool.').optional(),
    timeout: positiveDuration('A call that takes longer, with all its tries, fails.').prefault(
      `${TOOL_TIMEOUT_MS / 1_000}s`,
    ),
    effects: z
      .enum(['none', 'idempotent', 'once'])
      .meta({
        description:
          'What a call changes: none; idempotent: the same if made again with its key; once: made again it is done twice.',
      })
      .optional(),
    retries: count('How often a failed call is made again; not with effects once.', 0, 100).optional(),
    concurrency: count('Calls at once, over all agents. Default: no limit.', 1).optional(),
    cache: duration(
      'A result stands so long for all calls with the same arguments; only with effects none.',
    ).optional(),
    approval: approvalSchema(),
  };
}

const VARIABLE = `\${NAME} is an environment variable.`;

function builtinSchema(terms: ReturnType<typeof commonShape>, simulated: ReturnType<typeof simulatedShape>) {
  const builtin = { description: 'Which tool this is.' };
  const simulate = z
    .strictObject(simulated)
    .meta({ description: 'What a call does in a rehearsal, instead of the real thing.' })
    .optional();
  const common = { ...terms, simulate };
  const folder = path('Folder it works in and never leaves, relative to this file.');
  const environment = z.record(z.string(), z.string()).default({});
  return z.discriminatedUnion('builtin', [
    z.strictObject({
      builtin: z.enum(['search', 'read-file', 'write-file', 'list-files']).meta(builtin),
      folder,
      ...common,
    }),
    z.strictObject({
      builtin: z.enum(['append-line', 'find-lines']).meta(builtin),
      file: path('File of lines, relative to this file. Made with the first line.'),
      ...common,
    }),
    z.strictObject({
      builtin: z.enum(['remember', 'recall']).meta(builtin),
      shared: z.boolean().default(false).meta({ description: 'One collection for all agents. Default: each its own.' }),
      ...common,
    }),
    z.strictObject({
      builtin: z.literal('fetch').meta(builtin),
      allow: z.array(z.string()).default([]).meta({
        description: 'Hosts it may reach besides public addresses: localhost:8080, *.internal, 10.0.0.0/8.',
      }),
      headers: environment.meta({ description: `Sent to the hosts of allow. ${VARIABLE}` }),
      max_bytes: size('So much of a body is read.').prefault(`${FETCH_MAX_BYTES} bytes`),
      ...common,
    }),
    z.strictObject({
      builtin: z.literal('shell').meta(builtin),
      folder: path('Folder in which commands run, relative to this file.'),
      allow: z.array(z.string().min(1)).min(1).meta({
        description: 'Commands that may be run, each with the beginning of its arguments: git log, ls.',
      }),
      env: environment.meta({ description: `Variables besides PATH, HOME and LANG. ${VARIABLE}` }),
      ...common,
    }),
    z.strictObject({ builtin: z.enum(['metrics', 'calculate', 'now']).meta(builtin), ...common }),
    personSchema(builtin),
    ...mailSchemas(builtin, terms),
    z.strictObject({
      builtin: z.literal('simulated').meta(builtin),
      ...simulated,
      parameters: jsonObject('JSON Schema of the arguments. Default: any object.').optional(),
      ...terms,
    }),
  ]);
}

/** What agents say to each other. */
function mailSchemas(builtin: { description: string }, terms: ReturnType<typeof commonShape>) {
  const whom = z.array(z.string().min(1)).min(1);
  const answered = {
    ...terms,
    timeout: positiveDuration('For the answer.').prefault(`${ASK_TIMEOUT_MS / 1_000}s`),
  };
  return [
    z.strictObject({
      builtin: z.enum(['send', 'handoff']).meta(builtin),
      to: whom.meta({ description: 'Groups and addresses it may be sent to. Default: any.' }).optional(),
      ...terms,
    }),
    z.strictObject({
      builtin: z.literal('ask').meta(builtin),
      to: whom.meta({ description: 'Groups and addresses that may be asked. Default: any.' }).optional(),
      ...answered,
    }),
    z.strictObject({
      builtin: z.enum(['publish', 'subscribe', 'unsubscribe']).meta(builtin),
      to: whom.meta({ description: 'Topics it may be about. Default: any.' }).optional(),
      ...terms,
    }),
    z.strictObject({
      builtin: z.literal('delegate').meta(builtin),
      to: text('The group, or the agent, that gets the task.'),
      policy: z.enum(['round-robin', 'least-busy', 'random', 'auction']).default('round-robin').meta({
        description: 'Who of the group: in turn, with the least to do, by chance, or whoever bids best.',
      }),
      best: z.enum(['lowest', 'highest']).default('lowest').meta({ description: 'Which bid wins an auction.' }),
      wait: z.boolean().default(true).meta({ description: 'Whether the answer is waited for.' }),
      ...answered,
    }),
    z.strictObject({
      builtin: z.literal('spawn').meta(builtin),
      to: text('The group that gets another member; it is declared with spawn.'),
      wait: z.boolean().default(false).meta({ description: 'Whether the answer is waited for.' }),
      ...answered,
    }),
    z.strictObject({ builtin: z.literal('finish').meta(builtin), ...terms }),
    z.strictObject({
      builtin: z.enum(['read-board', 'write-board']).meta(builtin),
      board: text('Name of a blackboard of wiring.'),
      ...terms,
    }),
  ] as const;
}

function mcpSchema(terms: ReturnType<typeof commonShape>, simulated: ReturnType<typeof simulatedShape>) {
  const texts = z.record(z.string(), z.string()).default({});
  return z.strictObject({
    mcp: z
      .union([
        z.strictObject({
          command: text('The program that is the server.'),
          args: z
            .array(z.string())
            .default([])
            .meta({ description: `Its arguments. ${VARIABLE}` }),
          env: texts.meta({ description: `Its environment, besides a few harmless variables. ${VARIABLE}` }),
          folder: path('Where it runs, relative to this file. Default: the folder of this file.').optional(),
        }),
        z.strictObject({
          url: text(`The server's address (streamable HTTP). ${VARIABLE}`),
          headers: texts.meta({ description: `Sent with each request. ${VARIABLE}` }),
        }),
      ])
      .meta({ description: 'A server of the Model Context Protocol: a command, or an address.' }),
    tools: z
      .array(z.string())
      .min(1)
      .meta({ description: 'Those of its tools that are used. Default: all.' })
      .optional(),
    prefix: z
      .string()
      .regex(/^[A-Za-z0-9_-]{0,32}$/)
      .default('')
      .meta({ description: "Before each tool's name." }),
    simulate: z
      .record(z.string(), z.strictObject(simulated))
      .default({})
      .meta({ description: 'By tool: what it does in a rehearsal, in which no server is started.' }),
    ...terms,
  });
}

/** One entry of `tools`. */
export function toolSchema() {
  const terms = commonShape();
  const simulated = simulatedShape();
  return z
    .union([
      builtinSchema(terms, simulated),
      z.strictObject({
        module: path('A file, relative to this one, that exports tools: JavaScript or TypeScript.'),
        export: name().meta({ description: 'The export. Default: all tools.' }).optional(),
        ...terms,
        timeout: positiveDuration(
          "Instead of the tools' own: a call that takes longer, with all its tries, fails.",
        ).optional(),
        simulate: z
          .strictObject(simulated)
          .meta({ description: 'What a call does in a rehearsal, instead of the real thing.' })
          .optional(),
      }),
      mcpSchema(terms, simulated),
    ])
    .meta({ description: 'A tool.' });
}
