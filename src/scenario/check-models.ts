import { compileExpression, compilePattern } from '../base/expression.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { suggest } from './text/suggest.ts';
import { isMap, toList, toMap } from './values.ts';

/** The names that an answer's templates and expressions may read. */
const ANSWER_SCOPE = [
  'observation',
  'results',
  'row',
  'index',
  'turn',
  'step',
  'attempt',
  'params',
  'agent',
  'user',
  'session',
  'parent',
];
/** Its package comes with troupe, and knows no address by itself. */
const COMPATIBLE: readonly (Json | undefined)[] = ['openai-compatible', '@ai-sdk/openai-compatible'];
/** Providers that are asked for no `model`. */
const WITHOUT_MODEL = ['simulated', 'code'];

/** Checks what models answer with, and that those of a provider can be reached. */
export function checkModels(check: Checker): void {
  for (const [name, model] of check.models) {
    const path = ['models', name];
    const { provider = 'simulated', simulate } = model;
    if (provider === 'simulated') checkRules(check, path, name, model);
    else if (isMap(simulate)) checkRules(check, [...path, 'simulate'], name, simulate);
    checkProvider(check, path, model);
  }
}

function checkProvider({ report }: Checker, path: Path, { provider, model, base_url: baseUrl }: JsonObject): void {
  if (COMPATIBLE.includes(provider) && baseUrl === undefined) {
    const message = `has no address: the provider ${provider} needs that of its server`;
    report({ path, at: 'key', message, hint: 'set base_url, such as http://127.0.0.1:11434/v1' });
  }
  // Any npm package may be a provider, but each of those needs a model: the schema refuses this one anyway.
  if (typeof provider !== 'string' || model !== undefined || WITHOUT_MODEL.includes(provider)) return;
  const near = suggest(provider, WITHOUT_MODEL);
  if (near === undefined) return;
  report({ path: [...path, 'provider'], message: `unknown provider "${provider}"`, hint: `did you mean "${near}"?` });
}

function checkRules(check: Checker, path: Path, name: string, model: JsonObject): void {
  const answers = (['sequence', 'rules'] as const).flatMap((key) =>
    toList(model[key]).map((answer, index) => ({ answer: toMap(answer), path: [...path, key, index] })),
  );
  if (answers.length === 0) {
    check.report({ path, at: 'key', message: 'has nothing to answer', hint: 'give it rules or a sequence' });
  }
  for (const { answer, path: place } of answers) {
    if (!['reply', 'call', 'fail', 'final'].some((key) => key in answer)) {
      check.report({ path: place, message: 'answers nothing', hint: 'give it reply, call, fail or final' });
    }
    check.templates([...place, 'reply'], answer.reply, ANSWER_SCOPE);
    check.templates([...place, 'fail'], answer.fail, ANSWER_SCOPE);
    check.attempt([...place, 'when'], answer.when, (source) => compileExpression(source, ANSWER_SCOPE));
    check.attempt([...place, 'match'], answer.match, compilePattern);
    for (const [index, entry] of toList(answer.call).entries()) {
      checkCall(check, [...place, 'call', index], name, entry);
    }
  }
}

function checkCall(check: Checker, path: Path, model: string, entry: Json): void {
  const names = typeof entry === 'string' ? [entry] : Object.keys(toMap(entry));
  for (const name of names) {
    const place = typeof entry === 'string' ? path : [...path, name];
    if (check.knownTool(name, place, 'key')) checkReachable(check, place, name, model);
    check.templates(place, toMap(entry)[name], ANSWER_SCOPE);
  }
}

/** A model can call a tool only for agents that have it. */
function checkReachable({ groups, knownTools, report }: Checker, path: Path, tool: string, model: string): void {
  const users = groups.filter(([, group]) => group.model === model);
  if (users.length === 0 || users.some(([, group]) => knownTools.mayHave(toList(group.tools), tool))) return;
  const [user] = users.map(([name]) => name);
  report({
    path,
    at: 'key',
    message: `no group with model "${model}" has the tool "${tool}"`,
    hint: `add it to agents.${user}.tools`,
  });
}
