import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';

/** A view that is loaded when it is first shown. */
export function lazyView(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<{ readonly View?: ComponentType; readonly problem?: string }>({});
  return function LazyView() {
    useEffect(() => {
      if (loaded.peek().View !== undefined) return;
      load().then(
        (View) => {
          loaded.value = { View };
        },
        (error: unknown) => {
          loaded.value = { problem: error instanceof Error ? error.message : String(error) };
        },
      );
    }, []);
    const { View, problem } = loaded.value;
    if (View !== undefined) return <View />;
    return <p class="hint">{problem === undefined ? 'Loading…' : `This view cannot be loaded: ${problem}`}</p>;
  };
}
