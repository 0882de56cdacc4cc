import { expect, test } from 'vitest';
import { findImportFaults } from './layers.ts';
import { parseSource } from './source.ts';

function faults(path: string, code: string): string[] {
  return findImportFaults(parseSource(path, code));
}

test.each([
  ['src/main.ts', `import './services.ts'`],
  ['src/app.ts', `import type { Services } from './services.ts'`],
  [
    'src/inspections/routes.ts',
    `import { x } from '../plant/names.ts'; import { Hono } from 'hono'; import './yield.ts'`,
  ],
  ['src/inspections/scanner/thread.ts', `import { x } from '../file-name.ts'`],
  ['src/inspections/record.ts', `import { raise } from '../events.ts'`],
  ['src/alerts/queries.ts', `import { x } from '../schema/db.ts'`],
  ['src/demo/plant.ts', `import { x } from '../simulator/plant.ts'`],
  ['src/simulator/demo.ts', `import { x } from '../inspections/file-name.ts'`],
  ['src/kernel/loop.test.ts', `import { x } from '../testing/services.ts'`],
  ['src/client/edge/linesight.ts', `const fs = await import('node:fs/promises')`],
  ['src/client/client.test.ts', `import { x } from './edge/linesight.ts'`],
])('%s may contain: %s', (path, code) => {
  expect(faults(path, code)).toEqual([]);
});

test.each([
  ['src/kernel/http/app.ts', `import { x } from '../../inspections/model.ts'`, 'kernel is below feature'],
  ['src/statistics/cusum.ts', `import { x } from '../kernel/errors.ts'`, 'statistics is below kernel'],
  ['src/plant/names.ts', `export { x } from '../alerts/raise.ts'`, 'plant is below alerts'],
  ['src/alerts/raise.ts', `const x = await import('../cameras/frames.ts')`, 'alerts is below feature'],
  [
    'src/inspections/routes.ts',
    `import type { X } from '../cameras/model.ts'`,
    'features never import each other',
  ],
  ['src/inspections/routes.ts', `let x: import('../cameras/model.ts').X`, 'features never import each other'],
  ['src/inspections/routes.ts', `import { x } from '../services.ts'`, 'feature is below app'],
  ['src/services.ts', `import '../src/main.ts'`, 'app is below main'],
  ['src/inspections/routes.ts', `import { x } from '../testing/clock.ts'`, 'must run without src/testing/'],
  ['src/overview/routes.ts', `import { x } from '../simulator/plant.ts'`, 'must run without src/simulator/'],
  ['src/inspections/routes.ts', `import { x } from '../helpers.ts'`, 'src/ itself holds only'],
  ['src/client/edge/linesight.ts', `import { x } from '../../kernel/errors.ts'`, 'a client is one file'],
  ['src/client/edge/linesight.ts', `import { x } from './journal.ts'`, 'a client is one file'],
  ['src/client/mount.ts', `import { x } from './edge/linesight.ts'`, 'clients run elsewhere'],
])('%s may not contain: %s', (path, code, reason) => {
  expect(faults(path, code)).toEqual([expect.stringContaining(reason)]);
});

test('a fault says in which line of which file', () => {
  expect(faults('src/kernel/a.ts', `\n\nimport { x } from '../plant/names.ts';`)[0]).toMatch(
    /^src\/kernel\/a\.ts:3 imports src\/plant\/names\.ts: /,
  );
});
