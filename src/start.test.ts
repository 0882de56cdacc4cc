import { expect, test } from 'vitest';
import { describeNodeProblem } from './start-check.js';

test.each(['12.22.0', '20.20.2', '23.11.1'])(
  'Node %s is refused in one line that says how to get a newer one',
  (version) => {
    const problem = describeNodeProblem(version);
    expect(problem).toContain(version);
    expect(problem).toContain('https://nodejs.org');
    expect(problem).not.toContain('\n');
  },
);

test.each(['24.0.0', '24.21.0', '100.1.0'])('Node %s may start', (version) => {
  expect(describeNodeProblem(version)).toBeNull();
});
