import { type Alias, isAlias, isMap, isScalar, type ParsedNode, type YAMLMap } from 'yaml';
import { SCENARIO_MAX_DEPTH } from '../../base/limits.ts';
import type { Json, JsonObject } from '../../protocol.ts';
import type { Path } from './problems.ts';

/** Values that aliases may copy in: ten lines of aliases to aliases are enough for a billion. */
const ALIAS_VALUES_MAX = 10_000;
/** Keys that mean something else in JavaScript. */
export const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

export const TOO_DEEP = `cannot be used: it is nested more than ${SCENARIO_MAX_DEPTH} levels deep`;

export type YamlNode = ParsedNode | Alias;

interface Fault {
  readonly path: Path;
  readonly offset: number;
  readonly message: string;
}

/**
 * From YAML's nodes to plain values, with what is wrong about them noted on the way.
 *
 * Duplicate keys are found here, with a Set for each map: the library compares each key with each other.
 */
export class Converter {
  readonly faults: Fault[] = [];
  /** What each alias stands for. */
  readonly targets = new Map<unknown, YamlNode>();
  readonly #anchors = new Map<string, YamlNode>();
  readonly #open = new Set<unknown>();
  readonly #path: (string | number)[] = [];
  #copied = 0;
  #exhausted = false;
  #copying = false;

  /** @param depth Collections around the node. @returns Null for what cannot be used. */
  convert(node: YamlNode | null | undefined, depth: number): Json {
    if (node === null || node === undefined) return null;
    if (this.#copying && ++this.#copied > ALIAS_VALUES_MAX) return null;
    if (isAlias(node)) return this.#alias(node, depth);
    if (node.anchor !== undefined && !this.#copying) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return this.#scalar(node.value, node);
    if (depth >= SCENARIO_MAX_DEPTH) return this.#fault(node, TOO_DEEP);
    this.#open.add(node);
    const value = isMap(node) ? this.#map(node as YAMLMap, depth) : this.#list(node.items as YamlNode[], depth);
    this.#open.delete(node);
    return value;
  }

  #scalar(value: unknown, node: YamlNode): Json {
    if (typeof value === 'number' && !Number.isFinite(value))
      return this.#fault(node, `cannot use the number ${value}`);
    return value as Json;
  }

  #list(items: readonly YamlNode[], depth: number): Json[] {
    return items.map((item, index) => this.#at(index, () => this.convert(item, depth + 1)));
  }

  #map(node: YAMLMap, depth: number): JsonObject {
    const map: JsonObject = {};
    const seen = new Set<string>();
    for (const pair of node.items) {
      const keyNode = pair.key as YamlNode | null;
      const key = toKey(keyNode);
      if (key === undefined) {
        this.#fault(keyNode ?? (node as YamlNode), 'cannot use this key: expected a text');
        continue;
      }
      this.#at(key, () => {
        if (FORBIDDEN_KEYS.has(key)) this.#fault(keyNode, `cannot use the key "${key}": it is reserved`);
        else if (seen.has(key)) this.#fault(keyNode, `duplicate key "${key}"`);
        else map[key] = this.convert(pair.value as YamlNode | null, depth + 1);
        seen.add(key);
        return null;
      });
    }
    return map;
  }

  #alias(node: Alias, depth: number): Json {
    const target = this.targets.get(node) ?? this.#anchors.get(node.source);
    if (target === undefined)
      return this.#fault(node, `cannot use the alias "*${node.source}": nothing before it has this anchor`);
    if (this.#open.has(target))
      return this.#fault(node, `cannot use the alias "*${node.source}": it is inside its own anchor`);
    this.targets.set(node, target);
    const outer = this.#copying;
    this.#copying = true;
    const value = this.convert(target, depth);
    this.#copying = outer;
    if (!outer && this.#copied > ALIAS_VALUES_MAX && !this.#exhausted) {
      this.#exhausted = true;
      this.#fault(
        node,
        `cannot use the alias "*${node.source}": aliases stand for more than ${ALIAS_VALUES_MAX} values`,
      );
    }
    return value;
  }

  #at<T>(key: string | number, work: () => T): T {
    this.#path.push(key);
    const result = work();
    this.#path.pop();
    return result;
  }

  #fault(node: YamlNode | null, message: string): null {
    this.faults.push({ path: [...this.#path], offset: node?.range?.[0] ?? 0, message });
    return null;
  }
}

/** Keys are texts; a number or a word such as `true` counts as it is written. */
export function toKey(node: YamlNode | null): string | undefined {
  if (!isScalar(node)) return undefined;
  if (typeof node.value === 'string') return node.value;
  return node.source === undefined || node.source === '' ? undefined : node.source;
}
