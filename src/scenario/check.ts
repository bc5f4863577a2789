import { compileExpression } from '../base/expression.ts';
import type { Json, JsonObject } from '../protocol.ts';
import { checkGroups } from './check-groups.ts';
import { checkModels } from './check-models.ts';
import { checkPrices } from './check-prices.ts';
import { checkSources } from './check-sources.ts';
import { checkSupervisors } from './check-supervisors.ts';
import { checkTools } from './check-tools.ts';
import { checkWiring } from './check-wiring.ts';
import { Checker, type CheckOptions } from './checker.ts';
import { EXPECT_NAMES, EXPECT_PATHS } from './expect.ts';
import type { Path } from './text/problems.ts';
import { didYouMean } from './text/suggest.ts';
import { isMap, toList, toMap } from './values.ts';

/**
 * Checks what a schema cannot: that names exist, templates, expressions and patterns can be read, files are there, and
 * what is declared goes together.
 *
 * Contract: takes any values and skips those of the wrong type, which the schema reports, so that one mistake does not
 * hide another.
 *
 * @param scenario The file's values, parameters rendered.
 */
export function checkScenario(scenario: JsonObject, options: CheckOptions): void {
  const check = new Checker(scenario, options);
  checkModels(check);
  checkTools(check);
  checkGroups(check);
  checkSources(check, scenario.sources);
  checkWiring(check, scenario.wiring);
  checkPrices(check, scenario.budget);
  for (const name of Object.keys(toMap(toMap(scenario.limits).concurrency))) {
    check.known('model', name, check.modelNames, ['limits', 'concurrency', name], 'key');
  }
  for (const [index, source] of toList(scenario.expect).entries()) checkExpectation(check, ['expect', index], source);
  checkExpectation(check, ['until', 'when'], toMap(scenario.until).when ?? null);
  checkSupervisors(scenario, options.report);
  const { agents } = scenario;
  if (isMap(agents) && check.groups.length === 0) {
    options.report({ path: ['agents'], message: 'expected at least one group of agents' });
  }
}

function checkExpectation(check: Checker, path: Path, source: Json): void {
  check.attempt(path, source, (text) => {
    for (const name of compileExpression(text, EXPECT_NAMES).reads) {
      if (EXPECT_PATHS.includes(name)) continue;
      const parent = name.slice(0, name.indexOf('.'));
      const near = EXPECT_PATHS.filter((known) => known.startsWith(`${parent}.`));
      check.report({ path, message: `unknown name "${name}"`, hint: didYouMean(name, near) });
    }
  });
}
