/** Draws the pictures of the demo's coil line into the folder named on the command line; a process of its own. */
import { join } from 'node:path';
import sharp from 'sharp';
import { type CoilDefect, coilFiles, coilPictureCount, coilSize, defectsOfPicture } from './coil-pictures.ts';
import { ensureFolder } from './place-image.ts';
import { createRandom, type Random } from './random.ts';
import { measureMarking, writeMarking } from './strokes.ts';

const { width, height } = coilSize;
const edge = 60;
const labelTall = 20;
const colours: Record<CoilDefect['kind'], string> = {
  scratch: '#ffb000',
  spot: '#ff5d5d',
  dent: '#4fc3ff',
  stain: '#c58bff',
  'edge crack': '#ff7a1a',
};

/** Rolled steel: streaks along the strip, slow bands across it, fine grain. */
function drawSteel(random: Random): Buffer {
  const pixels = Buffer.alloc(width * height);
  const rows = Array.from({ length: height }, () => random.normal());
  let wander = 0;
  for (let y = 0; y < height; y++) {
    const streak = ((rows[y] ?? 0) + (rows[Math.max(0, y - 1)] ?? 0)) * 2.4;
    wander = wander * 0.985 + random.normal() * 0.9;
    const light = 146 + 34 * Math.sin((Math.PI * (y - edge)) / (height - 2 * edge)) + streak + wander;
    const isStrip = y >= edge && y < height - edge;
    let drift = 0;
    for (let x = 0; x < width; x++) {
      drift = drift * 0.97 + (random.next() - 0.5) * 3.2;
      const sheen = 14 * Math.sin((x / width) * 5.1 + 0.7);
      const value = isStrip
        ? light + sheen + drift + (random.next() - 0.5) * 7
        : 26 + (random.next() - 0.5) * 6;
      pixels[y * width + x] = Math.max(0, Math.min(255, value));
    }
  }
  return pixels;
}

function drawDefect({ kind, left, top, width: wide, height: tall }: CoilDefect, random: Random): string {
  const [cx, cy] = [left + wide / 2, top + tall / 2];
  switch (kind) {
    case 'scratch': {
      const [fromY, toY] = random.chance(0.5) ? [top, top + tall] : [top + tall, top];
      const line = `M${left} ${fromY}Q${cx} ${cy + random.between(-tall, tall) / 3} ${left + wide} ${toY}`;
      return `<path d="${line}" stroke="#f4f6f7" stroke-width="3.2" fill="none" opacity=".85"/><path d="${line}" transform="translate(1 3)" stroke="#30363b" stroke-width="1.6" fill="none" opacity=".75"/>`;
    }
    case 'spot':
      return `<ellipse cx="${cx}" cy="${cy}" rx="${wide * 0.36}" ry="${tall * 0.33}" fill="#23282c" opacity=".82" filter="url(#soft)"/>`;
    case 'dent':
      return `<ellipse cx="${cx}" cy="${cy}" rx="${wide * 0.42}" ry="${tall * 0.4}" fill="url(#dent)"/>`;
    case 'stain':
      return `<ellipse cx="${cx}" cy="${cy}" rx="${wide * 0.42}" ry="${tall * 0.38}" fill="#6d5a3a" opacity=".42" filter="url(#wide)"/><ellipse cx="${cx + wide * 0.1}" cy="${cy - tall * 0.08}" rx="${wide * 0.22}" ry="${tall * 0.2}" fill="#4e4028" opacity=".4" filter="url(#wide)"/>`;
    case 'edge crack': {
      const zigzag = `M${cx - 9} ${top - 4}L${cx + 5} ${top + tall * 0.3}L${cx - 6} ${top + tall * 0.6}L${cx + 2} ${top + tall}L${cx + 8} ${top + tall * 0.55}L${cx + 15} ${top - 4}Z`;
      return `<path d="${zigzag}" fill="#171b1e"/>`;
    }
  }
}

const effects = `<defs><filter id="soft"><feGaussianBlur stdDeviation="2.2"/></filter><filter id="wide"><feGaussianBlur stdDeviation="13"/></filter><radialGradient id="dent" cx=".38" cy=".34"><stop offset="0" stop-color="#20262a" stop-opacity=".75"/><stop offset=".55" stop-color="#59626a" stop-opacity=".35"/><stop offset=".82" stop-color="#ffffff" stop-opacity=".5"/><stop offset="1" stop-color="#ffffff" stop-opacity="0"/></radialGradient></defs>`;

function drawLabel({ kind, left, top, width: wide, height: tall }: CoilDefect): string {
  const [colour, room] = [colours[kind], 10];
  const [x, y] = [left - room, top - room];
  const long = measureMarking(kind, labelTall) + 20;
  const labelY = y - labelTall - 18 < 4 ? y + tall + 2 * room : y - labelTall - 16;
  const text = writeMarking(kind, x + 10, labelY + 8, labelTall, 2.6).replaceAll('#fff', '#10151a');
  return `<rect x="${x}" y="${y}" width="${wide + 2 * room}" height="${tall + 2 * room}" fill="none" stroke="${colour}" stroke-width="4"/><rect x="${x - 2}" y="${labelY}" width="${long}" height="${labelTall + 16}" fill="${colour}"/>${text}`;
}

const svg = (content: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${effects}${content}</svg>`,
  );

async function drawPair(folder: string, picture: number): Promise<void> {
  const random = createRandom(`coil picture:${picture}`);
  const defects = defectsOfPicture(picture);
  const steel = sharp(drawSteel(random), { raw: { width, height, channels: 1 } }).toColourspace('srgb');
  const tinted = await steel.tint('#aeb8c2').png().toBuffer();
  const shapes = defects.map((defect) => drawDefect(defect, random)).join('');
  const original = await sharp(tinted)
    .composite([{ input: svg(shapes) }])
    .jpeg({ quality: 88 })
    .toBuffer();
  const files = coilFiles(picture);
  await sharp(original).toFile(join(folder, files.original));
  const labels = defects.map(drawLabel).join('');
  await sharp(original)
    .composite([{ input: svg(labels) }])
    .jpeg({ quality: 86 })
    .toFile(join(folder, files.labeled));
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: node draw-coils.ts <folder>');
await ensureFolder(folder);
for (let picture = 0; picture < coilPictureCount; picture++) await drawPair(folder, picture);
