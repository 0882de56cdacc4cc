/**
 * Bytes as the body of an answer, without a copy. The type alone stands in the way: it allows for memory that is shared
 * between threads, which no buffer here is.
 */
export function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
