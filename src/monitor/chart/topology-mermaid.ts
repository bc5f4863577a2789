import { toMermaidText } from './mermaid-text.ts';
import type { Topology, TopologyEdge, TopologyNode } from './topology.ts';
import { toDetail } from './topology-detail.ts';

const SHAPES = { group: ['[', ']'], model: ['([', '])'], tool: ['{{', '}}'] } as const;
const ARROWS: Readonly<Record<TopologyEdge['kind'], string>> = { asks: '-->', calls: '-->', messages: '-.->' };

/** Writes who talks to whom as a Mermaid `flowchart`. @returns Lines ending in a line feed. */
export function toTopologyMermaid({ nodes, edges }: Topology): string {
  // Any name may stand in a label, but not as an id.
  const ids = new Map(nodes.map(({ id, kind }, index) => [id, `${kind}${index}`]));
  const lines = [
    ...nodes.map((node) => `${ids.get(node.id)}${toShape(node)}`),
    ...edges.map(({ source, target, kind }) => `${ids.get(source)} ${ARROWS[kind]}|${kind}| ${ids.get(target)}`),
  ];
  return `${['flowchart LR', ...lines].join('\n  ')}\n`;
}

function toShape(node: TopologyNode): string {
  const [open, close] = SHAPES[node.kind];
  return `${open}"${toMermaidText(node.name)}<br/>${toMermaidText(toDetail(node))}"${close}`;
}
