import { Visitor } from 'oxc-parser';
import { lineAt, type Source } from './source.ts';

const maxFileLines = 300;
const maxFunctionLines = 70;

/**
 * Files and functions too long to be read at one go. The lines of a function are its own: functions inside it, such as
 * the operations of an object a factory makes, are counted by themselves, as the methods of a class would be.
 */
export function findLengthFaults(source: Source): string[] {
  const faults: string[] = [];
  const fileLines = source.text.trimEnd().split('\n').length;
  if (fileLines > maxFileLines) {
    faults.push(
      `${source.path} has ${fileLines} lines; ${maxFileLines} is the most. Give one of its ideas a file of its own.`,
    );
  }
  const open: { first: number; inner: number }[] = [];
  const enter = (node: { start: number }) => void open.push({ first: lineAt(source, node.start), inner: 0 });
  const leave = (node: { end: number }) => {
    const { first, inner } = open.pop() ?? { first: 0, inner: 0 };
    const all = lineAt(source, node.end) - first + 1;
    const around = open.at(-1);
    // The line that begins or ends an inner function belongs to the outer one too.
    if (around) around.inner += Math.max(0, all - 2);
    const lines = all - inner;
    if (lines <= maxFunctionLines) return;
    faults.push(
      `${source.path}:${first} has a function of ${lines} lines; ${maxFunctionLines} is the most. Name its steps.`,
    );
  };
  new Visitor({
    FunctionDeclaration: enter,
    FunctionExpression: enter,
    ArrowFunctionExpression: enter,
    'FunctionDeclaration:exit': leave,
    'FunctionExpression:exit': leave,
    'ArrowFunctionExpression:exit': leave,
  }).visit(source.program);
  return faults;
}
