import type { Json, JsonObject } from '../../../protocol.ts';

/** Arguments for people: texts as they are, everything else as JSON. */
export function CallArgs({ args }: { readonly args: JsonObject }) {
  const entries = Object.entries(args);
  if (entries.length === 0) return <p class="muted">It has no arguments.</p>;
  return (
    <dl class="call-args">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt class="mono">{name}</dt>
          <dd>
            <pre>{toText(value)}</pre>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function toText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
