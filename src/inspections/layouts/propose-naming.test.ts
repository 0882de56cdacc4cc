import { expect, test } from 'vitest';
import { createWallClock } from '../../kernel/time/time-zone.ts';
import { layoutTrees } from '../../testing/layout-trees.ts';
import { compileNamePattern, parseFileName } from '../names/parse-file-name.ts';
import { proveNamePattern } from '../names/prove-name-pattern.ts';
import { presets } from './presets.ts';
import { proposeNaming } from './propose-naming.ts';
import { classifiedShare, tryNaming } from './try-naming.ts';

const wallClock = createWallClock('Asia/Seoul');

test.each(presets)('the preset $key reads its own example and is safe', async ({ naming, example }) => {
  expect(classifiedShare(tryNaming([example], naming, wallClock))).toBe(1);
  expect(await proveNamePattern(naming)).toBeUndefined();
});

test.each(layoutTrees)('$name', async ({ files, lacks = [] }) => {
  const proposal = proposeNaming(
    files.map(({ path, at }) => ({ path, modifiedAt: at })),
    wallClock,
  );
  if (!proposal.naming) throw new Error(`No proposal: ${proposal.untold.join()}`);
  expect(await proveNamePattern(proposal.naming), JSON.stringify(proposal.naming)).toBeUndefined();
  const compiled = compileNamePattern(proposal.naming);
  if (!compiled.ok) throw new Error(compiled.fault);
  const wrong = files.flatMap((file) => {
    const cut = file.path.lastIndexOf('/');
    const facts = parseFileName(
      file.path.slice(cut + 1),
      compiled.pattern,
      wallClock,
      file.path.slice(0, Math.max(cut, 0)),
    );
    const told = {
      verdict: facts?.verdict,
      at: facts?.capturedAt == null ? undefined : Math.floor(facts.capturedAt / 1000) * 1000,
      count: facts?.sequence,
      station: facts?.station,
      unit: facts?.unit,
    };
    const isRight =
      told.verdict === file.verdict &&
      (lacks.includes('time') || told.at === file.at) &&
      (file.count === undefined || told.count === file.count) &&
      (told.station === undefined || file.station === undefined || told.station === file.station) &&
      (file.unit === undefined || told.unit === file.unit);
    return isRight ? [] : [{ file, told }];
  });
  expect(
    wrong.length / files.length,
    JSON.stringify([proposal.naming, wrong.slice(0, 2)]),
  ).toBeLessThanOrEqual(0.01);
  for (const one of lacks) expect(proposal.untold).toContain(one);
});
