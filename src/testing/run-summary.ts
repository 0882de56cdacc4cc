import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';

export type RunSummary = {
  passed: number;
  failed: number;
  /** `<file>: <test>`, as all lists here. */
  skipped: string[];
  /** Passed after they had failed in the same run, with the reason: tests not to be trusted yet. */
  secondTries: { name: string; firstError: string }[];
  /** With their messages; files that could not be run and errors outside of tests included. */
  failures: string[];
};

/**
 * Ends a run with what the other reporters pass over: tests that passed only on their second try, tests that were
 * skipped, and the total. Writes the same as JSON where TEST_SUMMARY names a file.
 */
export function createSummaryReporter(): Reporter {
  let vitest: Vitest;
  let startedAt = 0;
  return {
    onInit(started) {
      vitest = started;
      startedAt = performance.now();
    },
    onTestRunEnd(modules, unhandled) {
      const summary = summarize(modules, unhandled, vitest.config.root);
      for (const line of describeSummary(summary, (performance.now() - startedAt) / 1000))
        vitest.logger.log(line);
      const file = process.env.TEST_SUMMARY;
      if (file) writeFileSync(file, JSON.stringify(summary));
    },
  };
}

/** The last lines of a run. */
export function describeSummary(summary: RunSummary, seconds: number): string[] {
  return [
    ...summary.skipped.map((name) => `skipped: ${name}`),
    ...summary.secondTries.flatMap(({ name, firstError }) => [
      `passed on its second try: ${name}`,
      `  first: ${firstError}`,
    ]),
    ...(summary.secondTries.length === 0 ? ['no test needed a second try'] : []),
    `total: ${summary.passed} passed, ${summary.failed} failed, ${summary.skipped.length} skipped in ${Math.round(seconds)} s`,
  ];
}

function summarize(
  modules: readonly TestModule[],
  unhandled: readonly SerializedError[],
  root: string,
): RunSummary {
  const nameOfFile = (module: TestModule) => `${relative(root, module.moduleId)} (${module.project.name})`;
  const nameOf = (test: TestCase) => `${nameOfFile(test.module)}: ${test.fullName}`;
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const having = (state: string) => tests.filter((test) => test.result().state === state);
  const failed = having('failed');
  const brokenSuites = modules.flatMap((module) => [
    ...module.errors().map((error) => `${nameOfFile(module)}\n${error.stack ?? error.message}`),
    ...[...module.children.allSuites()].flatMap((suite) =>
      suite
        .errors()
        .map((error) => `${nameOfFile(module)}: ${suite.fullName}\n${error.stack ?? error.message}`),
    ),
  ]);
  const failures = [
    ...failed.map((test) =>
      [nameOf(test), ...(test.result().errors ?? []).map(({ stack, message }) => stack ?? message)].join(
        '\n',
      ),
    ),
    ...brokenSuites,
    ...unhandled.map(({ stack, message }) => `outside of a test\n${stack ?? message}`),
  ];
  return {
    passed: having('passed').length,
    failed: failures.length,
    skipped: having('skipped').map(nameOf),
    secondTries: tests
      .filter((test) => test.diagnostic()?.flaky)
      .map((test) => ({ name: nameOf(test), firstError: firstLine(test.result().errors?.[0]?.message) })),
    failures,
  };
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? '';
}
