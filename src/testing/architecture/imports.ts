import { Visitor } from 'oxc-parser';
import { lineAt, type Source } from './source.ts';

/** A relative import, type imports and `import()` included. */
export type RelativeImport = { specifier: string; line: number };

/** Every relative import of a file; packages and Node's own modules are left out. */
export function importsOf(source: Source): RelativeImport[] {
  const found: RelativeImport[] = [];
  const note = (node: { type: string; value?: unknown; start: number } | null) => {
    const specifier = node?.value;
    if (node === null || typeof specifier !== 'string' || !specifier.startsWith('.')) return;
    found.push({ specifier, line: lineAt(source, node.start) });
  };
  new Visitor({
    ImportDeclaration: (node) => note(node.source),
    ExportNamedDeclaration: (node) => note(node.source),
    ExportAllDeclaration: (node) => note(node.source),
    ImportExpression: (node) => note(node.source as { type: string; value?: unknown; start: number }),
    TSImportType: (node) => note(node.source),
  }).visit(source.program);
  return found;
}
