/** An address with its password hidden: `postgres://line:…@host/plant`. */
export function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^:/@\s]*):[^@/\s]*@/g, '$1:…@');
}
