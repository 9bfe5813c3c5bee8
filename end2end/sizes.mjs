// What a browser downloads of the release, compressed.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
let total = 0;
for (const name of readdirSync(folder).filter((name) => /\.(css|js|wasm)\.br$/.test(name)).sort()) {
  const { size } = statSync(join(folder, name));
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(8)} kB  ${name}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  together, brotli`);
