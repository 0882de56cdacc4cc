/**
 * Names that mean something to HTML, URLs, headers, templates, shells, logs or databases. All are allowed on a disk, and
 * none is among those that are passed over.
 */
export const hostileNames: readonly string[] = [
  '<img src=x onerror=hacked=1>',
  '"><script>hacked=1<&script>',
  `" onmouseover="hacked=1" x='`,
  `' autofocus onfocus='hacked=1`,
  '</title></textarea></style><svg onload=hacked=1>'.replaceAll('/', '\u2044'),
  '--><b>',
  '&lt;b&gt;&amp;&#x27;',
  '<%= it.constructor %><% hacked = 1 %>',
  `{{constructor.constructor("hacked=1")()}}\${hacked=1}`,
  'javascript:hacked=1',
  'two\r\nSet-Cookie: hacked=1',
  'line\nbreak\ttab\u0007bell\u001b[31mred',
  '%2e%2e%2f%2e%2e',
  'a..%5c..',
  'a?b=1#c;d&e=f+g',
  '100%',
  '\\..\\..\\windows',
  'dots...',
  '-rf *',
  '$HOME∕~root',
  ' spaces at both ends ',
  `'); drop table inspections; --`,
  '__proto__',
  'constructor',
  'toString',
  '=HYPERLINK("http:x","y")',
  '@SUM(1)',
  '\u202egpj.OK\u202c',
  '\u200bzero\u200bwidth\ufeff',
  'e\u0301 and \u00e9',
  '한국어 공정 1호기',
  '생산라인-ＮＧ',
  '🏭🔥',
  'lone \ud7ff end',
  'Ａ'.repeat(83),
  'x'.repeat(240),
  'null',
  'NaN',
  '0',
  'Unknown',
  'CON',
];

/** Bytes that are no UTF-8: a folder name as an old Korean program writes it, and plain nonsense. */
export const nonUtf8Names: readonly Buffer[] = [
  Buffer.from([0x53, 0xb0, 0xf8, 0xc1, 0xa4]),
  Buffer.from([0x53, 0xff, 0xfe, 0x80]),
];
