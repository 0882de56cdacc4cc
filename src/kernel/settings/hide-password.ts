/** An address for people: `postgres://line:…@host/plant`, its password not shown. */
export function hidePassword(url: string): string {
  return url.replace(/(:\/\/[^:/@\s]*):[^@/\s]*@/g, '$1:…@');
}
