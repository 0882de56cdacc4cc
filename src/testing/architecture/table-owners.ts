import { Visitor } from 'oxc-parser';
import { nameOf } from './banned.ts';
import { folderOf, isProduct, lineAt, type Source } from './source.ts';

/** Who may write which table: by its name in the code and by its name in SQL. */
type TableOwners = Map<string, { owner: string; definedIn: string }>;

/**
 * Owners as the schema states them: `src/schema/inspection-tables.ts` holds the tables of the folder `inspection` or
 * `inspections`, each made by `kit.table('sql_name', …)`.
 */
export function readTableOwners(sources: readonly Source[]): TableOwners {
  const folders = new Set(sources.map((source) => folderOf(source.path)));
  const owners: TableOwners = new Map();
  for (const source of sources) {
    const subject = /^src\/schema\/(.+)-tables\.ts$/.exec(source.path)?.[1];
    if (subject === undefined) continue;
    const owner = folders.has(subject) ? subject : `${subject}s`;
    new Visitor({
      VariableDeclarator: ({ id, init }) => {
        if (init?.type !== 'CallExpression' || nameOf(init.callee) !== 'kit.table') return;
        const [sqlName] = init.arguments;
        if (id.type === 'Identifier') owners.set(id.name, { owner, definedIn: source.path });
        if (sqlName?.type === 'Literal') owners.set(String(sqlName.value), { owner, definedIn: source.path });
      },
    }).visit(source.program);
  }
  return owners;
}

/** Writes to a table from outside its owner's folder, through the query builder or in written SQL. */
export function findForeignWrites(source: Source, owners: TableOwners): string[] {
  if (!isProduct(source.path)) return [];
  const faults: string[] = [];
  const check = (table: string, start: number) => {
    const entry = owners.get(table);
    if (entry === undefined || entry.owner === folderOf(source.path)) return;
    const where = `${source.path}:${lineAt(source, start)}`;
    faults.push(
      `${where} writes the table ${table}, which belongs to src/${entry.owner}/ (${entry.definedIn}). Call a function of its owner, or raise an event.`,
    );
  };
  new Visitor({
    CallExpression: (node) => {
      const [table] = node.arguments;
      if (!/\.(insert|update|delete)$/.test(calledMethod(node.callee)) || table === undefined) return;
      check(nameOf(table).split('.').at(-1) ?? '', node.start);
    },
    Literal: (node) => {
      if (typeof node.value === 'string')
        for (const table of tablesWritten(node.value)) check(table, node.start);
    },
    TemplateElement: (node) => {
      for (const table of tablesWritten(node.value.raw)) check(table, node.start);
    },
  }).visit(source.program);
  return faults;
}

/** `.insert` of `db.insert(…)` as well as of `(await tx()).insert(…)`. */
function calledMethod(callee: Parameters<typeof nameOf>[0]): string {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return '';
  return `.${callee.property.name}`;
}

function tablesWritten(sql: string): string[] {
  const written =
    /\b(?:insert\s+(?:or\s+\w+\s+)?into|delete\s+from|update(?=\s+["`]?\w+["`]?\s+set\b))\s+["`]?(\w+)/gi;
  return [...sql.matchAll(written)].map((match) => match[1] ?? '');
}
