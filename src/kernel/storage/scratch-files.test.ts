import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createScratchFiles } from './scratch-files.ts';

const names = () => readdirSync('/dev/shm').filter((name) => name.startsWith('linesight-'));

test.skipIf(process.platform !== 'linux')(
  'bytes are a file that has no name and holds them alone',
  async () => {
    const files = createScratchFiles({ maxFiles: 1, maxBytes: 100 });
    const first = await files.write(Buffer.from('the longer content'));
    expect(readFileSync(first!.path, 'utf8')).toBe('the longer content');
    const second = await files.write(Buffer.from('another'));
    expect(second!.path).not.toBe(first!.path);
    await first!.giveBack();
    const third = await files.write(Buffer.from('short'));
    expect(third!.path).toBe(first!.path);
    expect(readFileSync(third!.path, 'utf8')).toBe('short');
    await third!.giveBack();
    await second!.giveBack();
    expect(names()).toEqual([]);
    expect(() => readFileSync(second!.path)).toThrow();
  },
);

test('what is too large stays where it is', async () => {
  const files = createScratchFiles({ maxFiles: 1, maxBytes: 100 });
  expect(await files.write(Buffer.alloc(101))).toBeUndefined();
});
