import { TroupeError } from '../../base/errors.ts';
import type { Json, JsonObject } from '../../protocol.ts';

/** A part of what a server's tool answers, as far as it is read. */
export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'resource';
      readonly resource: { readonly uri: string; readonly mimeType?: string | undefined } & (
        | { readonly text: string }
        | { readonly blob: string }
      );
    }
  | {
      readonly type: 'resource_link';
      readonly uri: string;
      readonly name: string;
      readonly description?: string | undefined;
      readonly mimeType?: string | undefined;
    };

/** What a server's tool answers. */
export interface ServerAnswer {
  readonly content: readonly ContentPart[];
  readonly structuredContent?: Readonly<Record<string, unknown>> | undefined;
  readonly isError?: boolean | undefined;
}

/**
 * A server's answer as a tool's result: its structured content; else its text; else its parts in their order, in which
 * anything binary is described instead of contained.
 *
 * @param tool For the error.
 * @throws {TroupeError} `TOOL_FAILED` with its text if the answer is an error.
 */
export function toResult(tool: string, { content, structuredContent, isError }: ServerAnswer): Json {
  if (isError === true) {
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
    throw new TroupeError('TOOL_FAILED', `Tool "${tool}" failed: ${text || 'its server does not say why'}`);
  }
  // It has come as JSON.
  if (structuredContent !== undefined) return structuredContent as JsonObject;
  const parts = content.map(toJson);
  return parts.every((part) => typeof part === 'string') ? parts.join('\n') : parts;
}

function toJson(part: ContentPart): Json {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'image':
    case 'audio':
      return { type: part.type, mime: part.mimeType, bytes: toBytes(part.data) };
    case 'resource': {
      const { uri, mimeType, ...rest } = part.resource;
      const about = { type: part.type, uri, ...(mimeType !== undefined && { mime: mimeType }) };
      // A text is what the model has asked for.
      return 'text' in rest ? { ...about, text: rest.text } : { ...about, bytes: toBytes(rest.blob) };
    }
    case 'resource_link': {
      const { type, uri, name, description, mimeType } = part;
      const more = {
        ...(description !== undefined && { description }),
        ...(mimeType !== undefined && { mime: mimeType }),
      };
      return { type, uri, name, ...more };
    }
  }
}

function toBytes(base64: string): number {
  return Buffer.byteLength(base64, 'base64');
}
