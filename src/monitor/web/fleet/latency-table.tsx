import type { LatencyRow } from '../../messages.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { shownCharts } from '../store/charts-store.ts';

/** How long models and tools take. */
export function LatencyTable() {
  const charts = shownCharts.value;
  if (charts === undefined) return null;
  const { models, tools } = charts;
  if (models.length + tools.length === 0) return <p class="hint">No model or tool has answered yet.</p>;
  return (
    <div class="table-frame">
      <table class="latencies">
        <caption class="panel-title">Models and tools</caption>
        <thead>
          <tr>
            {['name', 'calls', 'failed', 'p50', 'p95', 'p99', 'max'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models.map((row) => (
            <Row key={`model ${row.name}`} row={row} kind="model" />
          ))}
          {tools.map((row) => (
            <Row key={`tool ${row.name}`} row={row} kind="tool" />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, kind }: { readonly row: LatencyRow; readonly kind: 'model' | 'tool' }) {
  const { name, calls, failed, p50Ms, p95Ms, p99Ms, maxMs } = row;
  return (
    <tr>
      <th scope="row" title={`${kind} ${name}`}>
        <span class="dot" data-state={kind === 'model' ? 'decide' : 'executing-tools'} /> {name}
        <span class="visually-hidden"> ({kind})</span>
      </th>
      <td>{formatNumber(calls)}</td>
      <td class={failed > 0 ? 'is-bad' : 'muted'}>{formatNumber(failed)}</td>
      {[p50Ms, p95Ms, p99Ms, maxMs].map((ms, index) => (
        <td key={index}>{formatDuration(ms)}</td>
      ))}
    </tr>
  );
}
