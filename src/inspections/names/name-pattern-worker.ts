import { parentPort, workerData } from 'node:worker_threads';
import { adversarialNames, piecesOf } from './pattern-pieces.ts';

/**
 * Runs one pattern against adversarial names, in a thread that can be terminated at any moment. Posts 'alive' after each
 * piece, and finally 'fast', or 'slow' when one name took longer than the limit three times in a row.
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

/** One piece, anchored at both ends; undefined when it refers to a group outside itself. */
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
