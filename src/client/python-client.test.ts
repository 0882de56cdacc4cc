import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requireOrSkip } from '../testing/services.ts';

const python = requireOrSkip('python3');
const folder = fileURLToPath(new URL('.', import.meta.url));

/** Answers what it prints; where it fails the error has that. */
function run(args: string[]): string {
  return execFileSync(python.path, ['-B', ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
}

test.skipIf(python.missing)('the file is Python 3.8, and needs the standard library alone', () => {
  const check = `
import ast, sys
tree = ast.parse(open("edge/linesight.py", encoding="utf-8").read(), feature_version=(3, 8))
names = set()
for node in ast.walk(tree):
    if isinstance(node, ast.Import):
        names.update(alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        names.add(node.module.split(".")[0])
print(" ".join(sorted(name for name in names if name not in getattr(sys, "stdlib_module_names", names))))
newer = {"removeprefix", "removesuffix", "pairwise", "to_thread", "bit_count"}
print(" ".join(sorted(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in newer)))
`;
  expect(run(['-c', check])).toBe('\n\n');
});

test.skipIf(python.missing)('its own tests pass', () => {
  run(['-m', 'unittest', 'test_linesight']);
});
