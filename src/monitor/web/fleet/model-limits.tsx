import type { ModelView } from '../../../protocol.ts';
import { shownLimits } from '../store/limits-store.ts';
import { now } from '../store/run-store.ts';
import { describeGate, toGateRows } from './gate-rows.ts';

/** What models let through, and who waits for them. */
export function ModelLimits() {
  const { rows, columns } = toGateRows(shownLimits.value?.models ?? []);
  if (rows.length === 0) return null;
  return (
    <div class="table-frame">
      <table class="latencies gates" data-testid="model-limits">
        <caption class="panel-title">Limits of models</caption>
        <thead>
          <tr>
            {columns.map(({ name, about }) => (
              <th key={name} scope="col" title={about}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        {rows.map((model) => (
          <tbody key={model.name}>
            <tr>
              <th scope="rowgroup" colSpan={columns.length}>
                <span class="dot" data-gate={model.state} /> {model.name} <GateNote model={model} />
              </th>
            </tr>
            <tr>
              {columns.map(({ name, value }) => (
                <td key={name}>{value(model)}</td>
              ))}
            </tr>
          </tbody>
        ))}
      </table>
    </div>
  );
}

function GateNote({ model }: { readonly model: ModelView }) {
  if (model.state === 'open') return null;
  const seenAt = shownLimits.value?.at ?? 0;
  return <span class={`gate-note is-${model.state}`}>{describeGate(model, now.value - seenAt)}</span>;
}
