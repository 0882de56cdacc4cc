/** Memory for one file at a time, to be given back; it must not be looked at afterwards. */
export type BufferPool = {
  /** At least so many bytes, of any content. */
  take(sizeBytes: number): Buffer;
  giveBack(buffer: Buffer): void;
};

/** The least that is kept: most images fit, and the same buffer serves them all. */
const leastBytes = 1024 * 1024;

/**
 * Keeps up to `maxBuffers` of at most `maxBytes` each for the next who asks. Buffers that come and go with every file
 * are memory outside the heap, which sets off a full garbage collection every few images.
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
    // Powers of two, so that files of nearly one size share theirs.
    const roomBytes = Math.max(leastBytes, 2 ** Math.ceil(Math.log2(sizeBytes)));
    return Buffer.allocUnsafeSlow(roomBytes <= maxBytes ? roomBytes : sizeBytes);
  }

  function giveBack(buffer: Buffer): void {
    if (buffer.length > maxBytes || buffer.length < leastBytes) return;
    // The larger ones serve more files.
    free.push(buffer);
    free.sort((a, b) => b.length - a.length);
    free.splice(maxBuffers);
    free.reverse();
  }

  return { take, giveBack };
}
