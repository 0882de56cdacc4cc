import { expect, test } from 'vitest';
import { describeSummary, type RunSummary } from './run-summary.ts';

const clean: RunSummary = { passed: 12, failed: 0, skipped: [], secondTries: [], failures: [] };

test('a clean run ends with its total and says that no test needed a second try', () => {
  expect(describeSummary(clean, 97.4)).toEqual([
    'no test needed a second try',
    'total: 12 passed, 0 failed, 0 skipped in 97 s',
  ]);
});

test('a test that passed only on its second try is named, with the error of its first', () => {
  const secondTries = [{ name: 'src/a.fault.test.ts (fault): a kill', firstError: 'expected 1 to be 2' }];
  expect(describeSummary({ ...clean, secondTries, skipped: ['src/b.test.ts (unit): a mount'] }, 3)).toEqual([
    'skipped: src/b.test.ts (unit): a mount',
    'passed on its second try: src/a.fault.test.ts (fault): a kill',
    '  first: expected 1 to be 2',
    'total: 12 passed, 0 failed, 1 skipped in 3 s',
  ]);
});
