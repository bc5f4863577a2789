import { z } from 'zod';
import { expected, jsonObject, latency, positiveDuration, text } from './fields.ts';

const WHEN = 'CEL over tool, args, agent, row, params, user, session';

function answerShape() {
  return {
    answer: z.enum(['approve', 'reject', 'edit']).meta({ description: 'What the person does.' }),
    reason: text('Why; a template.').optional(),
    args: jsonObject(
      'The arguments instead; strings inside are templates. Only with edit, which needs them.',
    ).optional(),
  };
}

/** `approval` of a tool. */
export function approvalSchema() {
  const simulate = z
    .strictObject({
      latency: latency('How long the person takes.').prefault('0ms'),
      ...answerShape(),
      answer: answerShape().answer.optional(),
      rules: z
        .array(z.strictObject({ when: text(`Which calls: ${WHEN}. Default: all.`).optional(), ...answerShape() }))
        .default([])
        .meta({ description: 'The first whose when is true answers; none: answer, if there is one, else nobody.' }),
    })
    .meta({ description: 'What a person does in a rehearsal. Default: nothing.' });
  return z
    .union(
      [
        z.literal('required').meta({ description: 'Every call.' }),
        z.strictObject({
          when: text(`Which calls wait: ${WHEN}. Default: all.`).optional(),
          deadline: positiveDuration('A call waits so long. Default: for ever.').optional(),
          otherwise: z
            .enum(['approve', 'reject'])
            .default('reject')
            .meta({ description: 'What a call comes to then.' }),
          simulate: simulate.optional(),
        }),
      ],
      { error: expected('"required", or a map of when, deadline, otherwise and simulate') },
    )
    .meta({ description: 'Calls wait until a person has approved of them.' })
    .optional();
}

/** A question to a person. */
export function personSchema(builtin: { readonly description: string }) {
  const rule = z.strictObject({
    when: text(`Which questions: ${WHEN}. Default: all.`).optional(),
    answer: text('What the person says; a template.'),
  });
  return z.strictObject({
    builtin: z.literal('ask-person').meta(builtin),
    description: text('What a model is told about the tool.').optional(),
    deadline: positiveDuration('A question waits so long. Default: for ever.').optional(),
    otherwise: text('The answer then. Default: an error.').optional(),
    simulate: z
      .strictObject({
        latency: latency('How long the person takes.').prefault('0ms'),
        answer: text('What the person says; a template.').optional(),
        rules: z.array(rule).default([]).meta({ description: 'The first whose when is true answers; none: answer.' }),
      })
      .meta({ description: 'What a person does in a rehearsal. Default: nothing.' })
      .optional(),
  });
}
