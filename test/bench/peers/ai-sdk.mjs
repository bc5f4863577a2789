import { generateText, stepCountIs, tool } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import { z } from 'zod';
import { answerText, INSTRUCTIONS, measureEach, observationText, TOOLS, toolResult } from './measure.mjs';

const usage = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 10, text: 10, reasoning: undefined },
};

const model = new MockLanguageModelV3({
  async doGenerate({ prompt }) {
    // The mock remembers every call; ten thousand of them would measure its memory, not the framework.
    model.doGenerateCalls.length = 0;
    const last = prompt.at(-1);
    if (last?.role === 'tool') {
      const results = last.content.map((part) =>
        part.type === 'tool-result' && part.output.type === 'text' ? part.output.value : '',
      );
      return {
        content: [{ type: 'text', text: answerText(results) }],
        finishReason: { unified: 'stop', raw: undefined },
        usage,
        warnings: [],
      };
    }
    const about = last?.role === 'user' && last.content[0]?.type === 'text' ? last.content[0].text : '';
    return {
      content: TOOLS.map(({ name }) => ({
        type: 'tool-call',
        toolCallId: `call-${name}`,
        toolName: name,
        input: JSON.stringify({ about }),
      })),
      finishReason: { unified: 'tool-calls', raw: undefined },
      usage,
      warnings: [],
    };
  },
});

const tools = Object.fromEntries(
  TOOLS.map(({ name, description }) => [
    name,
    tool({
      description,
      inputSchema: z.object({ about: z.string() }),
      execute: async ({ about }) => toolResult(name, about),
    }),
  ]),
);

await measureEach(async (index) => {
  const result = await generateText({
    model,
    tools,
    system: INSTRUCTIONS,
    prompt: observationText(index),
    stopWhen: stepCountIs(5),
  });
  return result.text;
});
