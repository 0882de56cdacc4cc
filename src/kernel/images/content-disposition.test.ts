import { expect, test } from 'vitest';
import { contentDisposition } from './content-disposition.ts';

test.each([
  ['OK-20250906-102131-132.jpg', 'inline; filename="OK-20250906-102131-132.jpg"'],
  ['검사 1.jpg', `inline; filename="__ 1.jpg"; filename*=UTF-8''%EA%B2%80%EC%82%AC%201.jpg`],
  ["it's (1)*.jpg", `inline; filename="it_s _1__.jpg"; filename*=UTF-8''it%27s%20%281%29%2A.jpg`],
  [
    'a"; filename="evil.exe',
    `inline; filename="a__ filename__evil.exe"; filename*=UTF-8''a%22%3B%20filename%3D%22evil.exe`,
  ],
  [
    'a\r\nSet-Cookie: x=1.jpg',
    `inline; filename="a__Set-Cookie_ x_1.jpg"; filename*=UTF-8''a__Set-Cookie%3A%20x%3D1.jpg`,
  ],
  ['\u202egpj.exe', 'inline; filename="_gpj.exe"'],
  ['../../etc/passwd', 'inline; filename=".._.._etc_passwd"'],
  [
    'broken \ud800 pair\0.jpg',
    `inline; filename="broken _ pair_.jpg"; filename*=UTF-8''broken%20%EF%BF%BD%20pair_.jpg`,
  ],
])('the name %j is a name and nothing more', (name, expected) => {
  const header = contentDisposition('inline', name);
  expect(header).toBe(expected);
  expect(new Headers({ 'content-disposition': header }).get('content-disposition')).toBe(header);
});
