import './kernel/quick-start.js';
import { describeNodeProblem } from './start-check.js';

const problem = describeNodeProblem(process.versions.node);
if (problem === null) {
  await import('./main.ts');
} else {
  console.error(problem);
  process.exit(1);
}
