import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** The clients as they are served below `/client/`. */
export const clientFileNames = ['linesight.js', 'linesight.d.ts', 'linesight.py'] as const;
export type ClientFileName = (typeof clientFileNames)[number];

export type ClientFile = { type: string; text: string };

/** Reads each client once, when it is first asked for, so that a start does not wait for it. */
export function createClientFiles(): (name: ClientFileName) => ClientFile {
  const files = new Map<ClientFileName, ClientFile>();
  return (name) => {
    const file = files.get(name) ?? readers[name]();
    files.set(name, file);
    return file;
  };
}

// Python and types as plain text, so that a browser shows them.
const readers: Record<ClientFileName, () => ClientFile> = {
  'linesight.js': () => ({
    type: 'text/javascript; charset=utf-8',
    text: withoutTypes(readEdgeFile('linesight.ts')),
  }),
  'linesight.d.ts': () => ({ type: 'text/plain; charset=utf-8', text: readEdgeFile('linesight.d.ts') }),
  'linesight.py': () => ({ type: 'text/plain; charset=utf-8', text: readEdgeFile('linesight.py') }),
};

function readEdgeFile(name: string): string {
  return readFileSync(new URL(`edge/${name}`, import.meta.url), 'utf8');
}

/** Spaces stand where types were, so that a line and a column of an error are those of the source. */
function withoutTypes(source: string): string {
  // Node strips the types of this program silently, but says that the same done by call is experimental.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
