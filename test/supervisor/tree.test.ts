import { describe, expect, test } from 'vitest';
import type { AgentSpec, Strategy, SupervisorSpec } from '../../src/protocol.ts';
import { agentsUnder, buildTree, type SupervisorNode, toAffected } from '../../src/supervisor/tree.ts';
import { SUPERVISION } from '../agent/harness.ts';

const specs = ['a', 'b', 'c'].flatMap((name) =>
  [0, 1].map((index) => ({ id: `${name}/${index}`, index, group: { name } }) as unknown as AgentSpec),
);
const under = (children: string[], strategy: Strategy = 'one_for_one'): SupervisorSpec => ({
  ...SUPERVISION,
  strategy,
  children,
});
const order = (supervisors: Record<string, SupervisorSpec>) =>
  buildTree(specs, SUPERVISION, supervisors).order.map(({ id }) => id);
const nested = (node: SupervisorNode, name: string) => {
  const child = node.children.find((one) => 'supervisor' in one && one.supervisor.name === name);
  return child !== undefined && 'supervisor' in child ? child.supervisor : undefined;
};

describe('a tree', () => {
  test('without supervisors is one above all agents, in their order', () => {
    const tree = buildTree(specs, SUPERVISION, {});
    expect(tree.order).toEqual(specs);
    expect(tree.root.children.flatMap(agentsUnder)).toEqual(specs.map(({ id }) => id));
    expect(tree.supervisorOf('b/1')).toBe(tree.root);
  });

  test('starts what stands under supervisors first, in the order of their children', () => {
    expect(order({ s: under(['c', 'b']) })).toEqual(['c/0', 'c/1', 'b/0', 'b/1', 'a/0', 'a/1']);
  });

  test('may be of any depth', () => {
    const tree = buildTree(specs, SUPERVISION, { outer: under(['a', 'inner']), inner: under(['b']) });
    expect(tree.supervisorOf('b/0').name).toBe('inner');
    expect(tree.supervisorOf('b/0').parent?.name).toBe('outer');
    expect(tree.supervisorOf('b/0').parent?.parent).toBe(tree.root);
    expect(tree.supervisorOf('c/0')).toBe(tree.root);
  });
});

describe('toAffected', () => {
  test.each([
    ['one_for_one', 'b/0', ['b/0']],
    ['one_for_all', 'b/0', ['a/0', 'a/1', 'b/0', 'b/1', 'c/0', 'c/1']],
    ['rest_for_one', 'b/0', ['b/0', 'b/1', 'c/0', 'c/1']],
  ] as const)('%s', (strategy, failed, affected) => {
    const { root } = buildTree(specs, { ...SUPERVISION, strategy }, {});
    expect(toAffected(root, failed)).toEqual(affected);
  });

  test('of a supervisor that has failed is all under it', () => {
    const { root } = buildTree(specs, SUPERVISION, { s: under(['a', 'b']) });
    expect(toAffected(root, 's')).toEqual(['a/0', 'a/1', 'b/0', 'b/1']);
    expect(toAffected(nested(root, 's') as SupervisorNode, 'b/1')).toEqual(['b/1']);
  });
});
