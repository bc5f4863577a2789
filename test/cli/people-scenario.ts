/** Two agents whose payments and questions wait for a person; `changes` replace top-level keys. */
export function peopleScenario(changes: object = {}): object {
  const parameters = { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] };
  return {
    name: 'people',
    seed: 5,
    models: {
      clerk: {
        rules: [
          {
            on: 'observation',
            call: [{ pay: { amount: '{{ index | plus: 100 }}' } }, { person: { question: 'Which colour?' } }],
          },
          { on: 'results', reply: '{{ observation.text }}' },
        ],
      },
    },
    tools: {
      pay: {
        builtin: 'simulated',
        effects: 'once',
        result: { paid: '{{ args.amount }}' },
        parameters,
        approval: 'required',
      },
      person: { builtin: 'ask-person' },
    },
    agents: { clerk: { count: 2, model: 'clerk', tools: ['pay', 'person'], observe: 'Pay.' } },
    ...changes,
  };
}
