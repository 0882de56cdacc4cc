import type { Row } from './row.ts';

const head = ['measured', 'ours', 'reference in the same run', 'ratio', 'budget', ''];

/** The rows as a table that is Markdown and, its columns padded, reads well in a terminal too. */
export function formatTable(rows: readonly Row[]): string {
  const lines = [
    head,
    ...rows.map(({ name, ours, reference, ratio, budget, verdict }) => [
      name,
      ours,
      reference,
      ratio,
      budget,
      verdict,
    ]),
  ];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const print = (line: readonly string[]) =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [first = [], ...rest] = lines.map(print);
  return [first, rule, ...rest].join('\n');
}
