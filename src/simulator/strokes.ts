/**
 * A pen's alphabet for markings on parts (silkscreen, laser, embossing) and lines of text. Drawn as lines, so that it looks the
 * same on a machine without fonts. Each glyph is polylines of `x y` pairs on a 4 wide, 6 high grid.
 */
const glyphs: Record<string, string> = {
  '0': 'M0 1L1 0L3 0L4 1L4 5L3 6L1 6L0 5Z',
  '1': 'M1 1L2 0L2 6M1 6L3 6',
  '2': 'M0 1L1 0L3 0L4 1L4 2L0 6L4 6',
  '3': 'M0 0L4 0L2 2.5L4 4L4 5L3 6L1 6L0 5',
  '4': 'M3 6L3 0L0 4L4 4',
  '5': 'M4 0L0 0L0 2.5L3 2.5L4 3.5L4 5L3 6L0 6',
  '6': 'M4 0L1 1L0 3L0 5L1 6L3 6L4 5L4 4L3 3L0 3',
  '7': 'M0 0L4 0L1.5 6',
  '8': 'M1 3L0 2L0 1L1 0L3 0L4 1L4 2L3 3L1 3L0 4L0 5L1 6L3 6L4 5L4 4L3 3',
  '9': 'M4 3L1 3L0 2L0 1L1 0L3 0L4 1L4 3L3 5L0 6',
  A: 'M0 6L2 0L4 6M1 4L3 4',
  B: 'M0 0L0 6L3 6L4 5L4 4L3 3L0 3M3 3L4 2L4 1L3 0L0 0',
  C: 'M4 1L3 0L1 0L0 1L0 5L1 6L3 6L4 5',
  D: 'M0 0L0 6L2.5 6L4 4.5L4 1.5L2.5 0Z',
  E: 'M4 0L0 0L0 6L4 6M0 3L3 3',
  F: 'M4 0L0 0L0 6M0 3L3 3',
  G: 'M4 1L3 0L1 0L0 1L0 5L1 6L3 6L4 5L4 3L2 3',
  H: 'M0 0L0 6M4 0L4 6M0 3L4 3',
  I: 'M1 0L3 0M2 0L2 6M1 6L3 6',
  J: 'M4 0L4 5L3 6L1 6L0 5',
  K: 'M0 0L0 6M4 0L0 3.5M1.5 2.5L4 6',
  L: 'M0 0L0 6L4 6',
  M: 'M0 6L0 0L2 3L4 0L4 6',
  N: 'M0 6L0 0L4 6L4 0',
  O: 'M0 1L1 0L3 0L4 1L4 5L3 6L1 6L0 5Z',
  P: 'M0 6L0 0L3 0L4 1L4 2L3 3L0 3',
  Q: 'M0 1L1 0L3 0L4 1L4 5L3 6L1 6L0 5ZM2.5 4.5L4 6',
  R: 'M0 6L0 0L3 0L4 1L4 2L3 3L0 3M2 3L4 6',
  S: 'M4 1L3 0L1 0L0 1L0 2L1 3L3 3L4 4L4 5L3 6L1 6L0 5',
  T: 'M0 0L4 0M2 0L2 6',
  U: 'M0 0L0 5L1 6L3 6L4 5L4 0',
  V: 'M0 0L2 6L4 0',
  W: 'M0 0L1 6L2 3L3 6L4 0',
  X: 'M0 0L4 6M4 0L0 6',
  Y: 'M0 0L2 3L4 0M2 3L2 6',
  Z: 'M0 0L4 0L0 6L4 6',
  '-': 'M0.5 3L3.5 3',
  _: 'M0 6L4 6',
  '/': 'M0 6L4 0',
  ':': 'M2 2L2 2.1M2 4.5L2 4.6',
  '.': 'M2 5.9L2 6',
  '#': 'M1 0.5L1 5.5M3 0.5L3 5.5M0 2L4 2M0 4L4 4',
};

const gridTall = 6;
const gridWide = 4;
/** From one glyph's left edge to the next one's. */
const gridPitch = 5.6;

/** How many pixels wide a marking is. */
export function measureMarking(text: string, tall: number): number {
  return (((text.length - 1) * gridPitch + gridWide) * tall) / gridTall;
}

/**
 * SVG of a marking whose first glyph's upper left corner is at (x, y); `tall` is the glyphs' height and `pen`
 * the line's width, in pixels. Lower case is written as upper; characters without a glyph leave a space.
 */
export function writeMarking(text: string, x: number, y: number, tall: number, pen: number): string {
  const scale = tall / gridTall;
  const lines = [...text.toUpperCase()].map((character, index) => {
    const transform = `translate(${x + index * gridPitch * scale} ${y}) scale(${scale})`;
    return `<path transform="${transform}" d="${glyphs[character] ?? ''}"/>`;
  });
  const style = `fill="none" stroke="#fff" stroke-width="${pen / scale}" stroke-linecap="round"`;
  return `<g ${style}>${lines.join('')}</g>`;
}
