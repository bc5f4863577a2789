import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, isToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { createReactAgent } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { answerText, INSTRUCTIONS, measureEach, observationText, TOOLS, toolResult } from './measure.mjs';

/** @extends {BaseChatModel<import('@langchain/core/language_models/chat_models').BaseChatModelCallOptions & { tools?: object }>} */
class MockChatModel extends BaseChatModel {
  _llmType() {
    return 'mock';
  }

  /** @param {import('@langchain/core/language_models/chat_models').BindToolsInput[]} tools */
  bindTools(tools) {
    return this.withConfig({ tools });
  }

  /** @param {import('@langchain/core/messages').BaseMessage[]} messages */
  async _generate(messages) {
    const results = messages.filter(isToolMessage).map((message) => String(message.content));
    const message =
      results.length > 0
        ? new AIMessage({ content: answerText(results) })
        : new AIMessage({
            content: '',
            tool_calls: TOOLS.map(({ name }) => ({
              id: `call-${name}`,
              type: 'tool_call',
              name,
              args: { about: String(messages.at(-1)?.content) },
            })),
          });
    return { generations: [{ text: message.text, message }] };
  }
}

const agent = createReactAgent({
  llm: new MockChatModel({}),
  tools: TOOLS.map(({ name, description }) =>
    tool(async (/** @type {{ about: string }} */ { about }) => toolResult(name, about), {
      name,
      description,
      schema: z.object({ about: z.string() }),
    }),
  ),
  prompt: INSTRUCTIONS,
});

await measureEach(async (index) => {
  const state = await agent.invoke({ messages: [{ role: 'user', content: observationText(index) }] });
  return state.messages.at(-1)?.content;
});
