import { toText } from '../base/template.ts';
import type { ToolResult } from '../protocol.ts';

/** What a model reads of a result: one of a call that a person has changed says so first. */
export function toResultText({ content, edited, args }: ToolResult): string {
  const text = toText(content);
  if (edited !== true) return text;
  return `A person has changed this call; it was made with the arguments ${JSON.stringify(args ?? {})}.\n${text}`;
}
