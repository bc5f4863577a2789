import { z } from 'zod';
import { count, expected, extension, path, positiveDuration, text } from './fields.ts';

/** The keys of which a source has one: what kind it is. */
export const SOURCE_KINDS = ['every', 'cron', 'tail', 'folder', 'stdin', 'http'] as const;

/** One entry of `sources`. */
export function sourceSchema() {
  const yes = (description: string) =>
    z
      .literal(true, { error: expected('true') })
      .meta({ description })
      .optional();
  return z
    .strictObject({
      every: positiveDuration('An observation so often, the first after one interval.').optional(),
      cron: text('A schedule: minute, hour, day, month and weekday, or six fields with the second first.').optional(),
      timezone: text('With cron: whose time it is, such as Europe/Berlin. Default: UTC.').optional(),
      tail: path('A file, relative to this one: each line that is added to it.').optional(),
      from: z
        .enum(['start', 'end'])
        .meta({ description: 'With tail: where a live run begins. Default: start.' })
        .optional(),
      folder: path('A folder, relative to this file: each file that is put into it.').optional(),
      extension: extension('With folder: only files with this extension, such as md. Default: all.').optional(),
      once: z
        .boolean()
        .meta({ description: 'With tail and folder: it ends when all that is there has been given. Default: false.' })
        .optional(),
      stdin: yes('Each line of standard input.'),
      http: yes('What is sent to it: POST /observe/NAME at the address of the monitor.'),
      to: text('Who gets it: a group, or one of its members as group/index.'),
      policy: z
        .enum(['round-robin', 'least-busy', 'random'])
        .default('round-robin')
        .meta({ description: 'Who of a group gets it.' }),
      text: text('What is observed. A template. Default: what the source gives.').optional(),
      user: text('For whom. A template.').optional(),
      session: text('In which session. A template.').optional(),
      limit: count('So many, then it ends. Default: no limit.', 1).optional(),
    })
    .meta({
      description: 'Where observations come from.',
      oneOf: SOURCE_KINDS.map((kind) => ({ required: [kind] })),
    });
}
