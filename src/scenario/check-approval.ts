import { compileExpression } from '../base/expression.ts';
import type { Json, JsonObject } from '../protocol.ts';
import type { Checker } from './checker.ts';
import type { Path } from './text/problems.ts';
import { isMap, toList } from './values.ts';

/** The names that `when` and the texts of a simulated person may read. */
const NAMES = ['tool', 'args', 'agent', 'row', 'params', 'user', 'session'];

/** Checks the expressions and templates of an `approval`, or of a question to a person. */
export function checkApproval(check: Checker, path: Path, tool: JsonObject): void {
  const { builtin, approval, simulate } = tool;
  if (builtin === 'ask-person') {
    if (isMap(simulate)) checkPerson(check, [...path, 'simulate'], simulate, 'question');
    return;
  }
  if (!isMap(approval)) return;
  checkWhen(check, [...path, 'approval', 'when'], approval.when);
  if (isMap(approval.simulate)) checkPerson(check, [...path, 'approval', 'simulate'], approval.simulate, 'approval');
}

function checkPerson(check: Checker, path: Path, person: JsonObject, kind: 'approval' | 'question'): void {
  checkAnswer(check, path, person, kind);
  for (const [index, rule] of toList(person.rules).entries()) {
    if (!isMap(rule)) continue;
    const place = [...path, 'rules', index];
    checkWhen(check, [...place, 'when'], rule.when);
    checkAnswer(check, place, rule, kind);
  }
}

function checkAnswer(check: Checker, path: Path, answer: JsonObject, kind: 'approval' | 'question'): void {
  if (kind === 'question') {
    check.templates([...path, 'answer'], answer.answer, NAMES);
    return;
  }
  check.templates([...path, 'reason'], answer.reason, NAMES);
  check.templates([...path, 'args'], answer.args, NAMES);
  if (answer.answer === 'edit' && answer.args === undefined) {
    const hint = 'give the arguments the call is to be made with';
    check.report({ path: [...path, 'answer'], message: 'edit needs args', hint });
  }
  if (answer.answer !== 'edit' && answer.args !== undefined) {
    check.report({ path: [...path, 'args'], at: 'key', message: 'is only for answer: edit', hint: 'leave it out' });
  }
}

function checkWhen(check: Checker, path: Path, when: Json | undefined): void {
  check.attempt(path, when, (source) => compileExpression(source, NAMES));
}
