import { useEffect } from 'preact/hooks';
import type { TalkEdge, TalkView } from '../../talk-messages.ts';
import { toArrowPath, toTipPath } from '../chart/arrow-path.ts';
import { toArrowWidth } from '../chart/chart-numbers.ts';
import { ChartText } from '../chart/chart-text.tsx';
import { FlowNumber } from '../chart/flow-number.tsx';
import { toPress } from '../chart/press.ts';
import { formatNumber, formatRate } from '../format.ts';
import { groups, isLive } from '../store/run-store.ts';
import { travelAt } from '../store/travel-store.ts';
import { columns, setColumns, toggleColumn } from './chosen-columns.ts';
import {
  NUMBER,
  type PlacedNode,
  type PlacedTalk,
  placedTalk,
  placeTalk,
  talkProblem,
  toGraphKey,
} from './placed-talk.ts';
import { NUMBERS_MAX, toArrowId, toEdgeText, toMainKind, toTalkGraph } from './talk-graph.ts';

const RADIUS_PX = 8;
const TEXT_TOP_PX = 9;
/** Smaller letters cannot be read: a larger drawing is scrolled. */
const SCALE_MIN = 0.62;

/** Who talks to whom. A node is put into the diagram of what was said, an arrow puts both of its ends there. */
export function TalkDrawing({ talk }: { readonly talk: TalkView }) {
  const graph = toTalkGraph(talk, groups.value);
  const key = toGraphKey(graph);
  useEffect(() => placeTalk(graph), [key]);
  const placed = placedTalk.value;
  if (talkProblem.value !== undefined) return <p class="hint">The graph cannot be drawn: {talkProblem.value}</p>;
  if (placed === undefined) return <p class="hint">Placing the boxes…</p>;
  return (
    <>
      <div class="talk-frame">
        <Drawing placed={placed} edges={graph.edges} />
      </div>
      {graph.rest > 0 && (
        <p class="muted">
          {formatNumber(graph.rest)} more messages, between those who talk less, are not drawn: choose a group.
        </p>
      )}
    </>
  );
}

function Drawing({ placed, edges }: { readonly placed: PlacedTalk; readonly edges: readonly TalkEdge[] }) {
  const isRated = isLive.value && travelAt.value === undefined && edges.some(({ perSecond }) => perSecond > 0);
  const toValue = ({ perSecond, total }: TalkEdge) => (isRated ? perSecond : total);
  const most = Math.max(0, ...edges.map(toValue));
  const hasNumbers = edges.length <= NUMBERS_MAX;
  const { width, height, nodes, arrows } = placed;
  const least = { minWidth: `${width * SCALE_MIN}px`, minHeight: `${height * SCALE_MIN}px` };
  return (
    <svg
      class={`talk-graph${hasNumbers ? ' has-numbers' : ''}`}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      style={least}
      data-testid="talk-graph"
    >
      <title>Who talks to whom</title>
      {edges.map((edge) => {
        const arrow = arrows.get(toArrowId(edge));
        if (arrow === undefined) return null;
        const { points, label } = arrow;
        const widthPx = toArrowWidth(toValue(edge), most);
        const rate = `${formatRate(edge.perSecond)}/s`;
        const text = `${edge.from} to ${edge.to}, ${rate}, ${toEdgeText(edge)}`;
        return (
          <g
            key={toArrowId(edge)}
            class={`talk-edge is-${toMainKind(edge)}`}
            data-edge={toArrowId(edge)}
            {...toPress(text, () => setColumns([edge.from, edge.to]))}
          >
            <title>{text}</title>
            <path class="reach" d={toArrowPath(points)} />
            <path class="arrow" d={toArrowPath(points)} stroke-width={widthPx} />
            <path class="tip-path" d={toTipPath(points, widthPx)} />
            <FlowNumber
              points={points}
              place={hasNumbers ? { x: label.x + NUMBER.width / 2, y: label.y + NUMBER.height / 2 } : undefined}
              text={isRated ? rate : formatNumber(edge.total)}
            />
          </g>
        );
      })}
      {nodes.map((node) => (
        <Node key={node.name} node={node} />
      ))}
    </svg>
  );
}

function Node({ node }: { readonly node: PlacedNode }) {
  const { name, detail, x, y, width, height, lines } = node;
  const isChosen = columns.value.includes(name);
  const label = `${name}${detail === '' ? '' : `, ${detail}`}: ${isChosen ? 'take out of' : 'put into'} the diagram`;
  return (
    <g
      class={`talk-node${isChosen ? ' is-chosen' : ''}`}
      data-node={name}
      {...toPress(label, () => toggleColumn(name), isChosen)}
    >
      <rect x={x} y={y} width={width} height={height} rx={RADIUS_PX} />
      <ChartText lines={lines} x={x + width / 2} top={y + TEXT_TOP_PX} />
    </g>
  );
}
