/** Marker of a scan and the first byte of its length, which is always 0. Within a scan these bytes cannot stand. */
const startOfScan = Buffer.from([0xff, 0xda, 0]);

/**
 * How many passes (scans) a JPEG's image is drawn in, counted up to one more than `limit`; what looks like a scan in its
 * metadata counts too.
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
