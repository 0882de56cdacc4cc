import { posix } from 'node:path';
import { type Expression, type Node, Visitor } from 'oxc-parser';
import { isProduct, lineAt, type Source } from './source.ts';

type Note = (node: { start: number }, message: string) => void;

const clockFile = 'src/kernel/time/clock.ts';
const environmentFiles = ['src/kernel/settings/config.ts', 'src/main.ts', 'src/start.js'];
const threadFile = 'src/kernel/jobs/start-thread.ts';
const consoleFiles = ['src/start.js'];

const timeMessage =
  'asks the machine for the time. Take a Clock and call clock.now(), so that tests decide what now is.';

/** Calls and constructs that this project does without, each with what to do instead. */
export function findBanned(source: Source): string[] {
  const faults: string[] = [];
  const note: Note = (node, message) =>
    faults.push(`${source.path}:${lineAt(source, node.start)} ${message}`);
  if (/^index\.[tj]s$/.test(posix.basename(source.path))) {
    note(source.program, 'is an index file. Import from the file that holds the thing.');
  }
  visitEverywhere(source, note);
  if (isProduct(source.path)) visitProduct(source, note);
  for (const comment of source.comments) {
    if (/\b(TODO|FIXME|XXX)\b/.test(comment.value))
      note(comment, 'leaves work for later. Do it, or open an issue.');
  }
  return faults;
}

function visitEverywhere(source: Source, note: Note): void {
  new Visitor({
    ExportDefaultDeclaration: (node) => note(node, 'has a default export. Export it by name.'),
    TSEnumDeclaration: (node) =>
      note(node, 'declares an enum, which Node cannot strip. Use a union of texts.'),
    ExportAllDeclaration: (node) => note(node, 'exports what another file holds. Import from that file.'),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) note(node, 'exports what another file holds. Import from that file.');
    },
    MemberExpression: (node) => {
      if (/^(test|it|describe|suite)\.(only|\w+\.only)$/.test(nameOf(node))) {
        note(node, 'runs only some tests. Remove .only before committing.');
      }
    },
  }).visit(source.program);
}

function visitProduct(source: Source, note: Note): void {
  const mayAskTime = source.path === clockFile;
  const mayReadEnvironment = environmentFiles.includes(source.path);
  const mayPrint = consoleFiles.includes(source.path);
  new Visitor({
    MemberExpression: (node) => {
      const name = nameOf(node);
      if (!mayAskTime && /^(Date\.now|performance\.timeOrigin|Temporal\.Now)$/.test(name))
        note(node, timeMessage);
      if (!mayReadEnvironment && name === 'process.env') {
        note(
          node,
          'reads the environment. Make it a setting in kernel/settings/settings.ts and take the Config.',
        );
      }
      if (!mayPrint && /^console\.\w+$/.test(name)) note(node, 'prints with console. Take a Log.');
    },
    NewExpression: (node) => {
      if (!mayAskTime && nameOf(node.callee) === 'Date' && node.arguments.length === 0)
        note(node, timeMessage);
      if (source.path !== threadFile && nameOf(node.callee) === 'Worker')
        note(node, 'starts a slow thread. Call startThread of kernel/jobs/start-thread.ts.');
    },
    CallExpression: (node) => {
      if (!mayAskTime && nameOf(node.callee) === 'Date') note(node, timeMessage);
    },
  }).visit(source.program);
}

/** `a.b.c` of a plain chain of names, with a leading globalThis dropped; the empty text for anything else. */
export function nameOf(node: Expression | Node): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return '';
  const key = node.computed
    ? node.property.type === 'Literal'
      ? String(node.property.value)
      : ''
    : node.property.type === 'Identifier'
      ? node.property.name
      : '';
  return `${nameOf(node.object)}.${key}`.replace(/^globalThis\./, '');
}
