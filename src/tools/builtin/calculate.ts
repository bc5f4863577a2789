import jsep from 'jsep';
import { TroupeError } from '../../base/errors.ts';
import type { BuiltinToolSpec } from '../../protocol.ts';
import type { Tool } from '../tool.ts';

/** A calculation, not a program; the parser is recursive. */
const EXPRESSION_MAX_CHARS = 1_000;
/** Brackets in brackets: the stack is safe, and nobody writes more. */
const EXPRESSION_MAX_DEPTH = 100;

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
]);

/** A Map, since a name such as `constructor` is found on every object. */
const FUNCTIONS: ReadonlyMap<string, (...args: number[]) => number> = new Map([
  ...(
    ['abs', 'acos', 'asin', 'atan', 'atan2', 'cbrt', 'ceil', 'cos', 'exp', 'floor', 'hypot', 'log', 'log10'] as const
  ).map(fromMath),
  ...(['log2', 'max', 'min', 'pow', 'sign', 'sin', 'sqrt', 'tan', 'trunc'] as const).map(fromMath),
  ['round', (value = Number.NaN, digits = 0) => round(value, digits)],
]);

const OPERATORS: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', (a, b) => a % b],
  ['^', (a, b) => a ** b],
  ['**', (a, b) => a ** b],
]);

/**
 * Arithmetic: `{ value }`.
 *
 * The library only parses; what is parsed is computed here, from the few kinds of node that arithmetic has. There is
 * nothing to reach from an expression but the functions and constants above.
 */
export function createCalculate(name: string, spec: BuiltinToolSpec): Tool {
  setUpParser();
  return {
    name,
    description:
      spec.description ??
      `Calculates an arithmetic expression such as "round(2 * sqrt(10) / 3, 2)". Knows + - * / % ^, ${[...CONSTANTS.keys(), ...FUNCTIONS.keys()].join(', ')}; log is the natural logarithm, angles are in radians.`,
    parameters: {
      type: 'object',
      properties: { expression: { type: 'string', minLength: 1, maxLength: EXPRESSION_MAX_CHARS } },
      required: ['expression'],
      additionalProperties: false,
    },
    timeoutMs: spec.timeoutMs,
    effects: spec.effects ?? 'none',
    external: false,
    execute: (args) => ({ value: calculate(String(args.expression)) }),
  };
}

/**
 * @throws {TroupeError} `EXPRESSION` if it is not arithmetic, or its value is not a finite number.
 */
function calculate(expression: string): number {
  const refuse = (reason: string, cause?: unknown): never => {
    const shown = expression.length > 100 ? `${expression.slice(0, 100)}…` : expression;
    throw new TroupeError('EXPRESSION', `Cannot calculate "${shown}": ${reason}`, { cause });
  };
  if (expression.length > EXPRESSION_MAX_CHARS) refuse(`it is longer than ${EXPRESSION_MAX_CHARS} characters`);
  if (depthOf(expression) > EXPRESSION_MAX_DEPTH) refuse(`it is nested deeper than ${EXPRESSION_MAX_DEPTH} brackets`);
  let value: number;
  try {
    value = evaluate(jsep(expression));
  } catch (error) {
    return refuse((error as Error).message, error);
  }
  return Number.isFinite(value) ? value : refuse('the result is not a finite number');
}

function evaluate(node: jsep.Expression): number {
  switch (node.type) {
    case 'Literal': {
      const { value } = node as jsep.Literal;
      if (typeof value === 'number') return value;
      break;
    }
    case 'Identifier':
      return find(CONSTANTS, (node as jsep.Identifier).name);
    case 'UnaryExpression': {
      const { operator, argument } = node as jsep.UnaryExpression;
      return operator === '-' ? -evaluate(argument) : evaluate(argument);
    }
    case 'BinaryExpression': {
      const { operator, left, right } = node as jsep.BinaryExpression;
      return find(OPERATORS, operator)(evaluate(left), evaluate(right));
    }
    case 'CallExpression': {
      const { callee, arguments: args } = node as jsep.CallExpression;
      if (callee.type !== 'Identifier') break;
      const { name } = callee as jsep.Identifier;
      return find(FUNCTIONS, name)(...args.map(evaluate));
    }
  }
  throw new Error(`it is not arithmetic (${node.type.replace(/[A-Z]/g, (sign) => ` ${sign.toLowerCase()}`).trim()})`);
}

function find<T>(known: ReadonlyMap<string, T>, name: string): T {
  const found = known.get(name);
  if (found === undefined) throw new Error(`unknown name "${name}"; here are ${[...known.keys()].join(', ')}`);
  return found;
}

function fromMath(name: Exclude<keyof Math, typeof Symbol.toStringTag>): [string, (...args: number[]) => number] {
  return [name, Math[name] as (...args: number[]) => number];
}

/** By the decimal number as it is written: 1.005 to 2 digits is 1.01, whatever it is in binary; halves away from zero. */
function round(value: number, digits: number): number {
  if (!Number.isInteger(digits) || Math.abs(digits) > 100) return Number.NaN;
  const shift = (number: number, by: number): number => {
    const [mantissa, exponent = '0'] = String(number).split('e');
    return Number(`${mantissa}e${Number(exponent) + by}`);
  };
  return Math.sign(value) * shift(Math.round(shift(Math.abs(value), digits)), -digits);
}

function depthOf(expression: string): number {
  let depth = 0;
  let deepest = 0;
  for (const sign of expression) {
    if (sign === '(') deepest = Math.max(deepest, ++depth);
    else if (sign === ')') depth--;
  }
  return deepest;
}

let isSetUp = false;

/** Arithmetic's operators instead of JavaScript's. The library keeps them globally; nothing else here uses it. */
function setUpParser(): void {
  if (isSetUp) return;
  isSetUp = true;
  jsep.removeAllBinaryOps();
  jsep.removeAllUnaryOps();
  jsep.removeAllLiterals();
  for (const sign of ['+', '-']) jsep.addBinaryOp(sign, 9);
  for (const sign of ['*', '/', '%']) jsep.addBinaryOp(sign, 10);
  for (const sign of ['^', '**']) jsep.addBinaryOp(sign, 11, true);
  jsep.hooks.add('gobble-token', function (env) {
    const sign = this.char;
    if (sign !== '-' && sign !== '+') return;
    this.index++;
    const argument = readPower(this);
    env.node = { type: 'UnaryExpression', operator: sign, argument, prefix: true };
  });
}

/** In arithmetic a power binds tighter than the sign before it: -2^2 is -4. The library takes the sign first. */
function readPower(parser: jsep.HookScope): jsep.Expression {
  const base = parser.gobbleToken() || parser.throwError('Expected a number');
  parser.gobbleSpaces();
  const sign = parser.char === '^' ? '^' : parser.expr.startsWith('**', parser.index) ? '**' : undefined;
  if (sign === undefined) return base;
  parser.index += sign.length;
  return { type: 'BinaryExpression', operator: sign, left: base, right: readPower(parser) };
}
