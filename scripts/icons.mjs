// `node scripts/icons.mjs`: makes electron/resources/icon.{png,ico,icns} from the one drawing, renderer/public/icon.svg. The results are committed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const svg = readFileSync(join(root, 'renderer/public/icon.svg'));
const out = join(root, 'electron/resources');

/** macOS icons stand in a margin; the others fill their square. */
async function png(size, margin = 0) {
  const inner = Math.round(size * (1 - 2 * margin));
  const rest = size - inner;
  const before = Math.floor(rest / 2);
  return sharp(svg, { density: (72 * inner) / 32 })
    .resize(inner, inner)
    .extend({ top: before, left: before, bottom: rest - before, right: rest - before, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** Windows: ICONDIR, one ICONDIRENTRY an image, then the images as PNG (since Vista). */
function ico(images) {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(({ size, bytes }, i) => {
    const at = 6 + 16 * i;
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(bytes.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += bytes.length;
  });
  return Buffer.concat([header, ...images.map(({ bytes }) => bytes)]);
}

/** macOS: "icns", length, then blocks of type, length and PNG. */
function icns(images) {
  const blocks = images.map(({ type, bytes }) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(bytes.length + 8, 4);
    return Buffer.concat([head, bytes]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + blocks.reduce((sum, block) => sum + block.length, 0), 4);
  return Buffer.concat([head, ...blocks]);
}

mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'icon.png'), await png(512));
const sizes = [16, 24, 32, 48, 64, 128, 256];
writeFileSync(join(out, 'icon.ico'), ico(await Promise.all(sizes.map(async (size) => ({ size, bytes: await png(size) })))));
const types = { ic11: 32, ic12: 64, ic07: 128, ic13: 256, ic08: 256, ic14: 512, ic09: 512, ic10: 1024 };
writeFileSync(join(out, 'icon.icns'), icns(await Promise.all(Object.entries(types).map(async ([type, size]) => ({ type, bytes: await png(size, 0.1) })))));
