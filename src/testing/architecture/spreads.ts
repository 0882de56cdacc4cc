import { type Expression, type ObjectExpression, type SpreadElement, Visitor } from 'oxc-parser';
import { lineAt, type Source } from './source.ts';

/**
 * Object literals that are spread into another one to save lines, and conditions on a spread that only keep an
 * undefined value out: `{ x }` says the same where undefined means absent.
 */
export function findSpreadFaults(source: Source): string[] {
  const faults: string[] = [];
  new Visitor({
    ObjectExpression: (object) => {
      for (const property of object.properties) {
        const fault = property.type === 'SpreadElement' ? faultOf(source, property) : undefined;
        if (fault !== undefined) faults.push(`${source.path}:${lineAt(source, property.start)} ${fault}`);
      }
    },
  }).visit(source.program);
  return faults;
}

function faultOf(source: Source, { argument }: SpreadElement): string | undefined {
  const spread = unwrap(argument);
  if (spread.type === 'ObjectExpression') {
    return 'spreads an object literal into another. Write its properties one a line.';
  }
  const guarded = guardedSpread(spread);
  if (guarded === undefined) return undefined;
  const checked = checkedForUndefined(source, guarded.test);
  const [only, ...others] = guarded.object.properties;
  if (checked === undefined || only?.type !== 'Property' || others.length > 0) return undefined;
  if (textOf(source, only.value) !== checked) return undefined;
  return `keeps an undefined ${checked} out by a condition. Write the property alone.`;
}

/** `test && { … }` and `test ? { … } : {}`, either way round. */
function guardedSpread(spread: Expression): { test: Expression; object: ObjectExpression } | undefined {
  if (spread.type === 'LogicalExpression' && spread.operator === '&&') {
    const object = unwrap(spread.right);
    return object.type === 'ObjectExpression' ? { test: spread.left, object } : undefined;
  }
  if (spread.type !== 'ConditionalExpression') return undefined;
  const branches = [unwrap(spread.consequent), unwrap(spread.alternate)];
  const objects = branches.filter((branch) => branch.type === 'ObjectExpression');
  const full = objects.find(({ properties }) => properties.length > 0);
  const isOtherEmpty = objects.some(({ properties }) => properties.length === 0);
  return full && isOtherEmpty ? { test: spread.test, object: full } : undefined;
}

/** The text of x in `x === undefined` and `x !== undefined`. */
function checkedForUndefined(source: Source, test: Expression): string | undefined {
  const comparison = unwrap(test);
  if (comparison.type !== 'BinaryExpression' || !/^[!=]==$/.test(comparison.operator)) return undefined;
  if (textOf(source, comparison.right) !== 'undefined') return undefined;
  return textOf(source, comparison.left);
}

function unwrap(expression: Expression): Expression {
  return expression.type === 'ParenthesizedExpression' ? unwrap(expression.expression) : expression;
}

function textOf(source: Source, node: { start: number; end: number }): string {
  return source.text.slice(node.start, node.end);
}
