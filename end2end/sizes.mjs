// What a browser downloads of the release, compressed: what all panels share, and what each adds.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = process.argv[2];
const files = readdirSync(folder);
const size = (name) => statSync(join(folder, `${name}.br`)).size;
const print = (bytes, what) => console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${what}`);

const shared = files.filter((name) => /^(pizza-market|__wasm_split)\..*\.(css|js|wasm)$/.test(name));
for (const name of shared) print(size(name), name);
const together = shared.reduce((sum, name) => sum + size(name), 0);
const manifest = JSON.parse(readFileSync(join(folder, files.find((name) => /^__wasm_split_manifest\..*json$/.test(name))), 'utf8'));
for (const [panel, parts] of Object.entries(manifest)) {
  const own = parts.reduce((sum, part) => sum + size(`${basename(part)}.wasm`), 0);
  print(together + own, `for a first visit of ${panel}, brotli (${(own / 1000).toFixed(1)} kB its own)`);
}
