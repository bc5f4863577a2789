import { isObject } from './is-object.ts';

/** Under the name of the package's own metadata. */
const SENT = { openaiCompatible: { sendsReasoning: true } };

/**
 * Looks in the answers of a server that speaks like OpenAI's for thoughts called `reasoning_content`. Its package takes
 * thoughts under other names too, and does not say which it was. This is what it calls a metadata extractor.
 */
export const detectReasoning = {
  extractMetadata: async ({ parsedBody }: { parsedBody: unknown }) =>
    hasReasoning(parsedBody, 'message') ? SENT : undefined,
  createStreamExtractor() {
    let isSent = false;
    return {
      processChunk(chunk: unknown): void {
        isSent ||= hasReasoning(chunk, 'delta');
      },
      buildMetadata: () => (isSent ? SENT : undefined),
    };
  },
};

function hasReasoning(body: unknown, member: 'message' | 'delta'): boolean {
  const choice: unknown = isObject(body) && Array.isArray(body.choices) ? body.choices[0] : undefined;
  const said = isObject(choice) ? choice[member] : undefined;
  return isObject(said) && typeof said.reasoning_content === 'string' && said.reasoning_content !== '';
}
