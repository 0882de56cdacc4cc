import { defineConfig } from 'vitest/config';
import { isMissing } from './src/testing/database-servers.ts';
import { createSummaryReporter } from './src/testing/run-summary.ts';

/** Where a value only has to arrive, it may arrive late: nothing here measures a duration. */
const shared = { expect: { poll: { timeout: 10_000 } }, testTimeout: 60_000, hookTimeout: 180_000 };

/** Real processes, servers and browsers. What passed on its second try is listed at the end of the run. */
const real = { ...shared, retry: 1, testTimeout: 180_000 };

const servers = (['postgres', 'mariadb'] as const).filter((kind) => !isMissing(kind));

/** The kind of a test is in the name of its file; src/README.md says which is for what. */
export default defineConfig({
  test: {
    reporters: ['default', createSummaryReporter()],
    globalSetup: 'src/testing/shared-servers.ts',
    // Much of a test is waiting, for a disk, a server, a moment: three at a time also where there are but two cores.
    maxWorkers: 3,
    execArgv: ['--import', new URL('./src/kernel/quick-start.js', import.meta.url).href],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.{integration,fault,e2e}.test.ts'],
          // A third of the time went into loading the same modules once more for every file.
          isolate: false,
          ...shared,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['src/**/*.integration.test.ts'],
          ...real,
        },
      },
      ...servers.map((kind) => ({
        test: {
          name: kind,
          include: ['src/**/*.sql.test.ts'],
          env: { TEST_DATABASE: kind },
          // As in `unit`, and the next file finds the empty databases of the one before.
          isolate: false,
          ...real,
        },
      })),
      {
        test: {
          name: 'fault',
          include: ['src/**/*.fault.test.ts'],
          ...real,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['src/**/*.e2e.test.ts'],
          isolate: false,
          ...real,
        },
      },
    ],
  },
});
