import { useState } from 'preact/hooks';
import type { Json } from '../../../protocol.ts';
import { shorten } from '../format.ts';

interface JsonTreeProps {
  readonly name: string;
  readonly value: Json | undefined;
  readonly isOpen?: boolean;
}

/** Entries shown of a long list or map. */
const ENTRIES_MAX = 200;

/** A JSON value that unfolds; what is folded is not built. */
export function JsonTree({ name, value, isOpen: isFirstOpen = false }: JsonTreeProps) {
  const [isOpen, setOpen] = useState(isFirstOpen);
  if (value === null || value === undefined || typeof value !== 'object') {
    return (
      <div class="json-leaf mono">
        <span class="json-name">{name}</span> <Leaf value={value} />
      </div>
    );
  }
  const entries = Object.entries(value);
  return (
    <details class="json mono" open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span class="json-name">{name}</span>{' '}
        <span class="muted">{isOpen ? toSize(value) : shorten(JSON.stringify(value), 100)}</span>
      </summary>
      {isOpen && (
        <div class="json-inside">
          {entries.slice(0, ENTRIES_MAX).map(([key, entry]) => (
            <JsonTree key={key} name={key} value={entry} />
          ))}
          {entries.length > ENTRIES_MAX && <p class="muted">{entries.length - ENTRIES_MAX} more</p>}
        </div>
      )}
    </details>
  );
}

function Leaf({ value }: { readonly value: string | number | boolean | null | undefined }) {
  if (typeof value === 'string') return <span class="json-text">{value === '' ? '""' : value}</span>;
  return <span class="json-value">{String(value)}</span>;
}

function toSize(value: object): string {
  return Array.isArray(value) ? `[${value.length}]` : `{${Object.keys(value).length}}`;
}
