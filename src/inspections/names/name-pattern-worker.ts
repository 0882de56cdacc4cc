import { parentPort, workerData } from 'node:worker_threads';
import { adversarialNames, piecesOf } from './pattern-pieces.ts';

/**
 * Tries one pattern against names made to be slow, in a thread that may be ended at any moment. Says 'alive' after each
 * piece and at last 'fast', or 'slow' when a single name took longer than the limit three times.
 */
const { pattern, nameLength, limitMs } = workerData as {
  pattern: string;
  nameLength: number;
  limitMs: number;
};

function isSlow(regex: RegExp, name: string): boolean {
  for (let attempt = 0; attempt < 3; attempt++) {
    const startedAt = performance.now();
    regex.exec(name);
    if (performance.now() - startedAt <= limitMs) return false;
  }
  return true;
}

/** A piece alone, made to match to the end; undefined when it refers to a group outside of it. */
function compilePiece(piece: string): RegExp | undefined {
  try {
    return new RegExp(piece === pattern ? piece : `^(?:${piece})$`, 'i');
  } catch {
    return undefined;
  }
}

function findSlow(): boolean {
  const names = adversarialNames(pattern, nameLength);
  for (const piece of piecesOf(pattern)) {
    const regex = compilePiece(piece);
    if (regex !== undefined && names.some((name) => isSlow(regex, name))) return true;
    parentPort?.postMessage('alive');
  }
  return false;
}

parentPort?.postMessage('alive');
parentPort?.postMessage(findSlow() ? 'slow' : 'fast');
