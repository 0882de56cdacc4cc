/** A list of names in bytes: about 34 bytes for a usual name where a JavaScript string and its place take 70. */
export type PackedNames = {
  readonly length: number;
  add(name: string): void;
  get(index: number): string;
};

const firstBytes = 4096;
const firstNames = 128;
/** A UTF-16 unit takes at most three bytes in UTF-8. */
const bytesPerUnit = 3;

export function createPackedNames(): PackedNames {
  const encoder = new TextEncoder();
  let bytes = Buffer.allocUnsafe(firstBytes);
  let ends = new Uint32Array(firstNames);
  let length = 0;
  let used = 0;

  return {
    get length() {
      return length;
    },
    add(name) {
      if (used + name.length * bytesPerUnit > bytes.length) {
        const larger = Buffer.allocUnsafe(bytes.length * 2 + name.length * bytesPerUnit);
        bytes.copy(larger, 0, 0, used);
        bytes = larger;
      }
      if (length === ends.length) {
        const longer = new Uint32Array(ends.length * 2);
        longer.set(ends);
        ends = longer;
      }
      used += encoder.encodeInto(name, bytes.subarray(used)).written;
      ends[length++] = used;
    },
    get(index) {
      return bytes.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index]);
    },
  };
}
