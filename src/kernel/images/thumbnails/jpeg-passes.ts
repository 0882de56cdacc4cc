/** Marker of a scan and the first byte of its length, which is always 0. These bytes cannot occur within a scan. */
const startOfScan = Buffer.from([0xff, 0xda, 0]);

/**
 * The number of passes (scans) of a JPEG, counted up to `limit` + 1. Bytes in its metadata that look like a scan count
 * too.
 */
export function countPasses(bytes: Buffer, limit: number): number {
  let count = 0;
  let at = bytes.indexOf(startOfScan);
  while (at >= 0 && count <= limit) {
    count += 1;
    at = bytes.indexOf(startOfScan, at + startOfScan.length);
  }
  return count;
}
