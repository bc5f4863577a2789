import { type LoadOptions, parseScenario } from '../../../src/scenario/load.ts';

const NEWSROOM = {
  name: 'newsroom',
  models: {
    reporter: {
      rules: [{ on: 'observation', call: [{ send: { to: 'editor/0', body: 'A draft.' } }] }, { reply: 'So be it.' }],
    },
    editor: { rules: [{ call: [{ send: { to: '{{ observation.message.from }}', body: 'Shorter.' } }] }] },
    checker: { rules: [{ call: [{ send: { to: 'editor/{{ index }}', body: 'True.' } }, 'lookup'] }] },
  },
  tools: { send: { builtin: 'send' }, lookup: { builtin: 'simulated' } },
  agents: {
    reporter: { count: 20, model: 'reporter', tools: ['send'], observe: { items: ['Write.'], inbox: true } },
    editor: { list: [{ desk: 'a' }], model: 'editor', tools: ['send'], observe: { inbox: true } },
    checker: { count: 3, model: 'checker', tools: ['send', 'lookup'], observe: { items: ['Check.'] } },
  },
};

/** Three groups that message each other; `changes` replace top-level keys. */
export function newsroom(changes: object = {}, known: LoadOptions['known'] = {}) {
  const text = JSON.stringify({ ...NEWSROOM, ...changes });
  return parseScenario(text, { name: 'newsroom', folder: import.meta.dirname, known });
}
