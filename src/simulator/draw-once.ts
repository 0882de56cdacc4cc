import { spawn } from 'node:child_process';
import { access, rename, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { AppError } from '../kernel/errors.ts';

/**
 * Sees to it that the folder `finished` is there, drawn whole by `script` if it is not yet: in another process of low
 * priority, because drawing takes seconds of processor time and needs image loaders that a server rightly blocks.
 * Throws `internal` when drawing fails, the signal's reason when it is aborted. The script prints one character a picture;
 * `onDrawn` gets how many pictures were drawn since the last call.
 */
export async function drawOnce(
  finished: string,
  script: string,
  signal: AbortSignal,
  onDrawn: (pictures: number) => void = () => {},
): Promise<void> {
  if (await exists(finished)) return;
  const unfinished = `${finished}-drawing`;
  await rm(unfinished, { recursive: true, force: true });
  try {
    await drawElsewhere(script, unfinished, signal, onDrawn);
    await rename(unfinished, finished);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function drawElsewhere(
  drawScript: string,
  folder: string,
  signal: AbortSignal,
  onDrawn: (pictures: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [drawScript, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    child.stdout.on('data', (chunk: Buffer) => onDrawn(chunk.length));
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    child.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    child.on('spawn', () => lowerPriority(child.pid!));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new AppError('internal', 'The demo pictures could not be drawn.', { details: { code, complaint } }),
        );
    });
  });
}

/** The product comes first; where priorities may not be changed the drawing still works. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process may have ended, or the system forbids it.
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
