import { Visitor } from 'oxc-parser';
import { lineAt, type Source } from './source.ts';

const maxFileLines = 300;
const maxFunctionLines = 70;

/** Files and functions too long to be read at one go. */
export function findLengthFaults(source: Source): string[] {
  const faults: string[] = [];
  const fileLines = source.text.trimEnd().split('\n').length;
  if (fileLines > maxFileLines) {
    faults.push(
      `${source.path} has ${fileLines} lines; ${maxFileLines} is the most. Give one of its ideas a file of its own.`,
    );
  }
  const check = (node: { start: number; end: number }) => {
    const first = lineAt(source, node.start);
    const lines = lineAt(source, node.end) - first + 1;
    if (lines <= maxFunctionLines) return;
    faults.push(
      `${source.path}:${first} has a function of ${lines} lines; ${maxFunctionLines} is the most. Name its steps.`,
    );
  };
  new Visitor({
    FunctionDeclaration: check,
    FunctionExpression: check,
    ArrowFunctionExpression: check,
  }).visit(source.program);
  return faults;
}
