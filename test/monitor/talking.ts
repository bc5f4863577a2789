/** An asker who asks an answerer about each message that comes, and one who never gets done with anything. */
export const talking = {
  models: {
    asker: {
      latency: '20ms',
      rules: [
        { on: 'message', call: [{ ask: { to: 'answerer/0', body: 'How about {{ observation.text }}?' } }] },
        { on: 'results', reply: 'It is {{ results.ask.answer }}' },
      ],
    },
    answerer: { latency: '20ms', rules: [{ reply: 'fine, {{ turn }} times.' }] },
    slow: { latency: '1h', rules: [{ reply: 'Yes.' }] },
  },
  tools: { ask: { builtin: 'ask' } },
  agents: {
    asker: { count: 1, model: 'asker', tools: ['ask'], observe: { inbox: true } },
    answerer: { count: 1, model: 'answerer', observe: { inbox: true } },
    // Slow: what has come is not observed when it is stopped.
    leaver: { count: 1, model: 'slow', observe: { inbox: true } },
  },
};

/** So many clerks who each want to pay, which waits for a person, and one who asks a question. */
export function waitingFor(clerks: number): object {
  const note = 'For the office.\nTo be paid at once.';
  return {
    models: {
      clerk: {
        latency: '5ms',
        rules: [
          { on: 'observation', call: [{ pay: { amount: '{{ index | plus: 100 }}', to: 'ACME', note } }] },
          { on: 'results', reply: 'Done: {{ results.pay.state }}{{ results.pay.error }}' },
        ],
      },
      trainee: {
        latency: '5ms',
        rules: [
          { on: 'observation', call: [{ question: { question: 'Which of the two\nshall I take?' } }] },
          { on: 'results', reply: 'I take {{ results.question }}' },
        ],
      },
    },
    tools: {
      pay: { builtin: 'simulated', latency: '1ms', result: { state: 'paid' }, approval: { deadline: '10m' } },
      question: { builtin: 'ask-person' },
    },
    agents: {
      clerk: { count: clerks, model: 'clerk', tools: ['pay'], observe: 'Pay.' },
      trainee: { count: 1, model: 'trainee', tools: ['question'], observe: 'Ask.' },
    },
  };
}
