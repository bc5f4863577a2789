import type { AgentSpec, SupervisionSpec, SupervisorSpec } from '../protocol.ts';
import { RestartWindow } from './restart.ts';

/** A supervisor: its children are agents and other supervisors, in the order in which they start. */
export interface SupervisorNode {
  readonly name: string;
  readonly spec: SupervisionSpec;
  readonly parent: SupervisorNode | undefined;
  readonly children: readonly TreeChild[];
  readonly window: RestartWindow;
}

export type TreeChild = { readonly agent: string } | { readonly supervisor: SupervisorNode };

/** Who supervises whom. */
export interface SupervisionTree {
  readonly root: SupervisorNode;
  /** All agents, in the order in which they start. */
  readonly order: readonly AgentSpec[];
  supervisorOf(agent: string): SupervisorNode;
  /** Puts an agent that is added later under its parent's supervisor, or else under its group's. It is not in `order`. */
  add(spec: AgentSpec): void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Builds the tree a scenario declares. Under the root stand the supervisors and then the groups that stand under no
 * other, each in the order of the file; a group's members are children of its supervisor, one by one.
 */
export function buildTree(
  specs: readonly AgentSpec[],
  root: SupervisionSpec,
  supervisors: Readonly<Record<string, SupervisorSpec>>,
): SupervisionTree {
  const byGroup = new Map<string, AgentSpec[]>();
  for (const spec of specs) {
    const of = byGroup.get(spec.group.name) ?? [];
    of.push(spec);
    byGroup.set(spec.group.name, of);
  }
  const claimed = new Set(Object.values(supervisors).flatMap(({ children }) => children));
  const order: AgentSpec[] = [];
  const owners = new Map<string, Mutable<SupervisorNode>>();
  const ofGroups = new Map<string, Mutable<SupervisorNode>>();

  const build = (
    name: string,
    spec: SupervisionSpec,
    names: readonly string[],
    parent?: SupervisorNode,
  ): Mutable<SupervisorNode> => {
    const window = new RestartWindow(spec.maxRestarts, spec.withinMs);
    const node: Mutable<SupervisorNode> = { name, spec, parent, window, children: [] };
    node.children = names.flatMap((child): TreeChild[] => {
      const nested = supervisors[child];
      if (nested !== undefined) return [{ supervisor: build(child, nested, nested.children, node) }];
      ofGroups.set(child, node);
      return (byGroup.get(child) ?? []).map((agent) => {
        order.push(agent);
        owners.set(agent.id, node);
        return { agent: agent.id };
      });
    });
    return node;
  };
  const names = [...Object.keys(supervisors), ...byGroup.keys()].filter((name) => !claimed.has(name));
  const node = build('root', root, names);
  return {
    root: node,
    order,
    supervisorOf: (agent) => owners.get(agent) ?? node,
    add({ id, group, parent }) {
      const owner = owners.get(parent ?? '') ?? ofGroups.get(group.name) ?? node;
      owner.children = [...owner.children, { agent: id }];
      owners.set(id, owner);
    },
  };
}

/** All agents under a child, in the order in which they start. */
export function agentsUnder(child: TreeChild): string[] {
  return 'agent' in child ? [child.agent] : child.supervisor.children.flatMap(agentsUnder);
}

/**
 * Whom a supervisor starts again when one of its children has failed, by its strategy; in the order in which they start.
 *
 * @param failed The child: an agent, or a supervisor that has given up.
 */
export function toAffected(node: SupervisorNode, failed: string): string[] {
  const place = node.children.findIndex((child) =>
    'agent' in child ? child.agent === failed : child.supervisor.name === failed,
  );
  const { strategy } = node.spec;
  if (strategy === 'one_for_all') return node.children.flatMap(agentsUnder);
  const affected = strategy === 'rest_for_one' ? node.children.slice(place) : node.children.slice(place, place + 1);
  return affected.flatMap(agentsUnder);
}
