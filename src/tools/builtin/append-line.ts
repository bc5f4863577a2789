import type { FileToolSpec } from '../../protocol.ts';
import { trustContent } from '../content.ts';
import type { Tool, ToolOptions } from '../tool.ts';

const LINE_MAX_CHARS = 4_096;

/** Adds a line to one file: `{ appended: true }` when it is on disk. Made again it would be there twice. */
export function createAppendLine(name: string, spec: FileToolSpec, { lineFile }: Pick<ToolOptions, 'lineFile'>): Tool {
  const file = lineFile(spec.file);
  const appended = trustContent({ appended: true });
  return {
    name,
    description: spec.description ?? 'Adds a line to the file this tool is made for.',
    parameters: {
      type: 'object',
      properties: { line: { type: 'string', minLength: 1, maxLength: LINE_MAX_CHARS, pattern: '^[^\\r\\n]*$' } },
      required: ['line'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'once',
    external: true,
    async execute(args) {
      await file.append(String(args.line));
      return appended;
    },
  };
}
