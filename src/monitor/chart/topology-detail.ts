import type { TopologyNode } from './topology.ts';

/** What stands below a node's name: how many, or which kind of model or tool. */
export function toDetail(node: TopologyNode): string {
  if (node.kind === 'model') return `${node.provider} model`;
  if (node.kind === 'tool') return node.tool === node.name ? 'tool' : `${node.tool} tool`;
  if (node.upTo !== undefined) return node.upTo === 1 ? 'up to 1 agent' : `up to ${node.upTo} agents`;
  if (node.count === undefined) return 'an agent for each row';
  return node.count === 1 ? '1 agent' : `${node.count} agents`;
}
