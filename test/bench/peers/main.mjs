import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpOnInterrupt, readChild } from '../children.mjs';
import { median, toTable } from '../statistics.mjs';
import { build } from '../troupe.mjs';

/** The first one is what the others are compared with. */
const PEERS = [
  { name: 'troupe, in memory', script: 'troupe.mjs', args: ['in-memory'] },
  { name: 'troupe, LMDB', script: 'troupe.mjs', args: ['lmdb'] },
  { name: 'AI SDK 6 generateText', script: 'ai-sdk.mjs', args: [] },
  { name: 'OpenAI Agents', script: 'openai-agents.mjs', args: [] },
  { name: 'LangGraph.js createReactAgent', script: 'langgraph.mjs', args: [] },
];

/** Nothing here talks to a network: no key, no tracing. Production mode, as a user would run it. */
const ENVIRONMENT = {
  NODE_ENV: 'production',
  OPENAI_API_KEY: 'dummy',
  OPENAI_AGENTS_DISABLE_TRACING: '1',
  LANGCHAIN_TRACING_V2: 'false',
  LANGSMITH_TRACING: 'false',
};

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    'no-build': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);

cleanUpOnInterrupt();
if (!values['no-build']) build();
/** @type {{ cpuUs: number }[][]} By peer, then by round. */
const measured = PEERS.map(() => []);
for (let round = 1; round <= rounds; round++) {
  for (const [index, { name, script, args }] of PEERS.entries()) {
    process.stderr.write(`peers: round ${round} of ${rounds}, ${name}\n`);
    measured[index]?.push(
      await readChild(process.execPath, [join(import.meta.dirname, script), ...args], { env: ENVIRONMENT }),
    );
  }
}

const results = PEERS.map(({ name }, index) => {
  const own = measured[index] ?? [];
  return {
    name,
    cpuUs: median(own.map((run) => run.cpuUs)),
    ratio: median(own.map((run, round) => run.cpuUs / (measured[0]?.[round]?.cpuUs ?? Number.NaN))),
  };
});
console.log(
  values.json
    ? JSON.stringify({ node: process.versions.node, rounds, results }, null, 2)
    : toTable(
        ['framework', 'CPU us/run', 'times troupe'],
        results.map((result) => [result.name, result.cpuUs.toFixed(0), result.ratio.toFixed(2)]),
      ),
);
