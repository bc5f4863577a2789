import { z } from 'zod';
import {
  AGENT_IDENTICAL_CALLS,
  AGENT_TURNS,
  AGENT_WALL_MS,
  AGENTS_MAX,
  MAILBOX_MAX,
  MAILBOX_SIZE_MAX,
  MAX_RESTARTS,
  RESTART_WITHIN_MS,
  RETRIES,
  SESSIONS_MAX,
  SHUTDOWN_MS,
  SPAWN_DEPTH,
  SPAWNED_MAX,
} from '../base/limits.ts';
import {
  count,
  duration,
  durationRange,
  expected,
  extension,
  jsonObject,
  path,
  positiveDuration,
  text,
} from './fields.ts';

/** Limits of one observation. */
export function limitShape() {
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
export interface Observed {
  readonly items: readonly string[];
  readonly each?: string | undefined;
  readonly text?: string | undefined;
  readonly inbox: boolean;
}

/** How children are supervised. */
export function supervisionShape() {
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

/** How much may be spent. */
export function budgetSchema(description: string) {
  return z
    .strictObject(budgetShape())
    .refine((budget) => [budget.tokens, budget.usd, budget.calls, budget.wall].some((limit) => limit !== undefined), {
      error: 'expected at least one of tokens, usd, calls and wall',
    })
    .meta({ description });
}

function budgetShape() {
  return {
    tokens: count('Of models, in and out.', 1).optional(),
    usd: z.number().positive().meta({ description: "US dollars, by the models' prices." }).optional(),
    calls: count('Of models.', 1).optional(),
    wall: positiveDuration('Time on the clock of the run.').optional(),
    at_limit: z.enum(['stop', 'pause', 'finish']).default('stop').meta({
      description:
        'A call that could go beyond is not made. stop: the agent is stopped; pause: it waits until it is resumed; finish: it ends as done, with what it has.',
    }),
  };
}

function memberSchema() {
  return z
    .union(
      [
        path('JSON-lines file, relative to this file: one member for each row.'),
        z.strictObject({
          folder: path('Folder, relative to this file: one member for each file in it and below.'),
          extension: extension('Only files with this extension, such as md. Default: all.').optional(),
        }),
      ],
      { error: expected('a path, or a map with folder and extension') },
    )
    .meta({ description: 'One member for each row of a JSON-lines file, or for each file of a folder.' })
    .optional();
}

/** Members who come later. */
function calledForShape() {
  return {
    spawn: z
      .strictObject({
        max: count('So many in all.', 1, AGENTS_MAX).default(SPAWNED_MAX),
        depth: count('Generations: a member may be started by one that was started itself, and so on.', 1).default(
          SPAWN_DEPTH,
        ),
      })
      .meta({ description: 'No members to begin with: others start them, by a tool.' })
      .optional(),
    sessions: z
      .strictObject({
        per: z.enum(['user', 'session']).default('session').meta({ description: 'Whom each member is for.' }),
        max: count('So many in all.', 1, AGENTS_MAX).default(SESSIONS_MAX),
      })
      .meta({ description: 'A member for each user, or each session of one, made when something comes for them.' })
      .optional(),
  };
}

/** What members say to each other, and what stays of it. */
function correspondenceShape() {
  return {
    address: text('Another address of each member, such as {{ row.name }}. A template.').optional(),
    mailbox: z
      .strictObject({
        size: count('Messages not yet observed.', 1, MAILBOX_SIZE_MAX).default(MAILBOX_MAX),
        overflow: z.enum(['block', 'drop-oldest', 'reject', 'spill']).default('reject').meta({
          description:
            'When it is full. block: who sends waits; drop-oldest: the oldest is a dead letter; reject: who sends is told; spill: it waits in memory.',
        }),
        ttl: positiveDuration('After so long a message is not observed any more. Default: never.').optional(),
      })
      .meta({ description: 'Messages of a member that wait.' })
      .optional(),
    subscribe: z
      .array(z.string().min(1))
      .default([])
      .meta({ description: 'Topics whose messages come to the members. Templates.' }),
    conversation: z.enum(['whole', 'each']).default('whole').meta({
      description: 'each: every observation begins a new conversation. whole: one conversation for all of them.',
    }),
    keep_turns: count('So many turns of a member stay in memory, at least. Default: all.', 1).optional(),
  };
}

/** One entry of `agents`. */
export function groupSchema() {
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
    .meta({ description: 'What the members work on. Default: what others send to them.' })
    .prefault({});
  return z
    .strictObject({
      count: count('So many members.', 1, AGENTS_MAX).optional(),
      each: memberSchema(),
      list: z
        .array(jsonObject("One member's row."))
        .meta({ description: 'One member for each row written here.' })
        .optional(),
      ...calledForShape(),
      ...correspondenceShape(),
      model: text('Name of a model.'),
      tools: z.array(z.string()).default([]).meta({ description: 'Names of the tools a member may call.' }),
      instructions: text('What the model is told about its task. A template.').default(''),
      observe,
      limits: z.strictObject(limitShape()).meta({ description: 'Instead of the limits of the scenario.' }).prefault({}),
      output: jsonObject('JSON Schema that its replies have to fit; they are JSON then.').optional(),
      budget: budgetSchema('For all members together.').optional(),
      budget_each: budgetSchema('For each member by itself.').optional(),
      context: z
        .strictObject({
          tokens: count('Of one request: instructions, tools and conversation.', 256),
          when_full: z.enum(['trim', 'summarise']).default('trim').meta({
            description: 'trim leaves out what is oldest; summarise asks the model for a summary of it.',
          }),
        })
        .meta({ description: 'How long a conversation may be before a part of it gives way.' })
        .optional(),
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
      oneOf: ['count', 'each', 'list', 'spawn', 'sessions'].map((key) => ({ required: [key] })),
    });
}
