/** Reusable memory for one file at a time. A buffer must not be used after it was given back. */
export type BufferPool = {
  /** A buffer of at least this size, with arbitrary content. */
  take(sizeBytes: number): Buffer;
  giveBack(buffer: Buffer): void;
};

/** Size of the smallest buffer: most images fit, so one buffer serves them all. */
const leastBytes = 1024 * 1024;

/**
 * Keeps up to `maxBuffers` buffers of at most `maxBytes` each for reuse. A new buffer for every file would be memory
 * outside the heap, which triggers a full garbage collection every few images.
 */
export function createBufferPool({
  maxBuffers,
  maxBytes,
}: {
  maxBuffers: number;
  maxBytes: number;
}): BufferPool {
  const free: Buffer[] = [];

  function take(sizeBytes: number): Buffer {
    const index = free.findIndex(({ length }) => length >= sizeBytes);
    if (index >= 0) return free.splice(index, 1)[0]!;
    // Powers of two, so that files of similar size share buffers.
    const roomBytes = Math.max(leastBytes, 2 ** Math.ceil(Math.log2(sizeBytes)));
    return Buffer.allocUnsafeSlow(roomBytes <= maxBytes ? roomBytes : sizeBytes);
  }

  function giveBack(buffer: Buffer): void {
    if (buffer.length > maxBytes || buffer.length < leastBytes) return;
    // Larger buffers serve more files, so the smallest are dropped.
    free.push(buffer);
    free.sort((a, b) => b.length - a.length);
    free.splice(maxBuffers);
    free.reverse();
  }

  return { take, giveBack };
}
