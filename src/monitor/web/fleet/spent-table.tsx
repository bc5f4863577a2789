import type { Spent } from '../../../protocol.ts';
import { formatNumber, formatUsd } from '../format.ts';
import { shownCost, shownLimits } from '../store/limits-store.ts';

/** What the models' answers have taken, by group. */
export function SpentTable() {
  const { spent = [], before } = shownLimits.value ?? {};
  const hasCost = shownCost.value > 0;
  const rows = spent.filter(({ calls }) => calls > 0);
  if (rows.length === 0) return null;
  return (
    <div class="table-frame">
      <table class="latencies" data-testid="spent">
        <caption class="panel-title">Tokens{hasCost ? ' and cost' : ''}</caption>
        <thead>
          <tr>
            {['group', 'answers', 'tokens in', 'tokens out', ...(hasCost ? ['cost'] : [])].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, ...amounts }) => (
            <Row key={group} name={group} amounts={amounts} hasCost={hasCost} />
          ))}
          {before !== undefined && <Row name="before the resume" amounts={before} hasCost={hasCost} />}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  readonly name: string;
  readonly amounts: Spent;
  readonly hasCost: boolean;
}

function Row({ name, amounts, hasCost }: RowProps) {
  const { calls, inputTokens, outputTokens, usd } = amounts;
  return (
    <tr>
      <th scope="row" title={name}>
        {name}
      </th>
      {[calls, inputTokens, outputTokens].map((value, index) => (
        <td key={index}>{formatNumber(value)}</td>
      ))}
      {hasCost && <td>{formatUsd(usd)}</td>}
    </tr>
  );
}
