import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

const hostileName = 'OK\r\n2026-01-01 ERROR forged \u001b[2J \u202egnp.exe \u0085.jpg';

function logInto(options: { pretty: boolean; level?: string }) {
  const lines: string[] = [];
  const log = createLog({
    level: options.level ?? 'info',
    pretty: options.pretty,
    destination: { write: (line) => lines.push(line) },
  });
  return { log, lines };
}

test('each entry is one JSON line from which the true file name can be read back', () => {
  const { log, lines } = logInto({ pretty: false });
  log.info({ file: hostileName }, 'image read');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  expect(lines[0]).not.toMatch(/[\u0000-\u0009\u007f-\u009f\u202e]/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ file: hostileName, msg: 'image read' });
});

test('a file name cannot forge a line, colour the terminal or turn the reading direction', () => {
  const { log, lines } = logInto({ pretty: true });
  log.warn({ nested: { files: [hostileName] } }, `cannot read ${hostileName}`);
  const text = lines.join('').replace(/\u001b\[\d+m/g, '');
  expect(text).toContain('\\u202egnp.exe');
  expect(text).not.toMatch(/^2026-01-01/m);
  expect(text).not.toMatch(/[\u001b\u007f-\u009f\u202e\r]/);
});

test('a stack stays readable while the message inside it cannot forge a line', () => {
  const { log, lines } = logInto({ pretty: true });
  log.error({ err: new Error(`no such file: ${hostileName}`) }, 'sweep failed');
  const text = lines.join('');
  expect(text).toMatch(/^ +at /m);
  expect(text).not.toMatch(/^\s*2026-01-01 ERROR forged/m);
});

test('entries below the level are not written', () => {
  const { log, lines } = logInto({ pretty: false, level: 'warn' });
  log.info('quiet');
  log.warn('loud');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['loud']);
});

test('lines before the end of the process are all there, in order, also while all threads for files are busy', async () => {
  const module = JSON.stringify(new URL('./log.ts', import.meta.url).href);
  const script = `import { pbkdf2 } from 'node:crypto';
    import { createLog } from ${module};
    const log = createLog({ level: 'info', pretty: false });
    for (let i = 0; i < 8; i++) pbkdf2('x', 'y', 300_000, 64, 'sha512', () => {});
    for (const line of ['first', 'second', 'third']) log.fatal(line);
    process.exit(0);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['first', 'second', 'third']);
});
