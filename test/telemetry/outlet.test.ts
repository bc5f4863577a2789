import { expect, test } from 'vitest';
import type { RunFact } from '../../src/protocol.ts';
import { Outlet } from '../../src/telemetry/outlet.ts';

test('what is told early comes out when the run begins, in order, and later at once; only so much is kept', () => {
  const outlet = new Outlet();
  const heard: RunFact[] = [];
  for (let tools = 1; tools <= 1_001; tools++) outlet.tell({ type: 'server.up', server: 's', tools });
  outlet.open((fact) => heard.push(fact));
  outlet.tell({ type: 'server.up', server: 's', tools: 0 });
  expect(heard.map((fact) => (fact.type === 'server.up' ? fact.tools : -1))).toEqual([
    ...Array.from({ length: 1_000 }, (_, index) => index + 1),
    0,
  ]);
});
