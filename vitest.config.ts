import { defineConfig } from 'vitest/config';
import { isMissing } from './src/testing/database-servers.ts';

const servers = (['postgres', 'mariadb'] as const).filter((kind) => !isMissing(kind));

/** Real processes, servers and browsers on a machine that runs three tests at a time: what is wrong fails twice. */
const retry = 1;
/** A thing that comes at all may come late there; what must come soon is measured by its test. */
const expectations = { poll: { timeout: 10_000 } };
const shared = { retry, expect: expectations };

export default defineConfig({
  test: {
    globalSetup: 'src/testing/shared-servers.ts',
    // Much of a test is waiting, for a disk, a server, a moment: three at a time also where there are but two cores.
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts'],
          exclude: ['src/**/*.{e2e,fault}.test.ts'],
          ...shared,
          // Servers, processes and disks that others use as well: what hangs is told late, what is slow is not told.
          testTimeout: 60_000,
          // PostgreSQL and MariaDB are started in one, every page is fetched in another.
          hookTimeout: 180_000,
        },
      },
      ...servers.map((kind) => ({
        test: {
          name: kind,
          include: [
            'src/inspections/{api,pages}/{api,compat,page,export}.test.ts',
            'src/overview/**/*.test.ts',
            'src/testing/sites.test.ts',
          ],
          env: { TEST_DATABASE: kind },
          ...shared,
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      })),
      {
        test: {
          name: 'fault',
          include: ['src/**/*.fault.test.ts'],
          testTimeout: 180_000,
          ...shared,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['src/**/*.e2e.test.ts'],
          testTimeout: 60_000,
          ...shared,
        },
      },
    ],
  },
});
