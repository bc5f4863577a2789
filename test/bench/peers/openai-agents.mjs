import { Agent, Runner, setTracingDisabled, tool, Usage } from '@openai/agents';
import { z } from 'zod';
import { answerText, INSTRUCTIONS, measureEach, observationText, TOOLS, toolResult } from './measure.mjs';

setTracingDisabled(true);

const usage = () => new Usage({ requests: 1, inputTokens: 10, outputTokens: 10, totalTokens: 20 });

/** @param {import('@openai/agents').FunctionCallResultItem['output']} output */
function toText(output) {
  if (typeof output === 'string') return output;
  return 'text' in output ? output.text : '';
}

/** @type {import('@openai/agents').Model} */
const model = {
  async getResponse({ input }) {
    const items = typeof input === 'string' ? [] : input;
    const results = items.flatMap((item) => (item.type === 'function_call_result' ? [toText(item.output)] : []));
    if (results.length > 0) {
      return {
        usage: usage(),
        output: [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: answerText(results) }],
          },
        ],
      };
    }
    const [first] = items;
    const about = first?.type === 'message' ? first.content : input;
    return {
      usage: usage(),
      output: TOOLS.map(({ name }) => ({
        type: 'function_call',
        callId: `call-${name}`,
        name,
        status: 'completed',
        arguments: JSON.stringify({ about }),
      })),
    };
  },
  getStreamedResponse() {
    throw new Error('Cannot stream: the benchmark does not ask for it');
  },
};

const agent = new Agent({
  name: 'analyst',
  instructions: INSTRUCTIONS,
  model,
  tools: TOOLS.map(({ name, description }) =>
    tool({
      name,
      description,
      parameters: z.object({ about: z.string() }),
      execute: async ({ about }) => toolResult(name, about),
    }),
  ),
});
const runner = new Runner({ tracingDisabled: true });

await measureEach(async (index) => {
  const result = await runner.run(agent, observationText(index), { maxTurns: 5 });
  return result.finalOutput;
});
