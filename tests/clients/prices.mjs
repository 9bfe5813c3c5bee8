// Whether ajv takes every price from 0.01 to 100.00 where the description has one. Argument: the description.
import { readFileSync } from 'node:fs';
import { strict as assert } from 'node:assert';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const { components } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
// `discriminator` and `example` are words of OpenAPI.
const ajv = addFormats(new Ajv({ strict: false }));
ajv.addSchema({ $id: 'description', components });

for (const name of ['Price', 'Amount', 'Markup']) {
  const isValid = ajv.compile({ $ref: `description#/components/schemas/${name}` });
  const prices = Array.from({ length: 10_000 }, (_, n) => (n + 1) / 100);
  const refused = prices.filter((price) => !isValid(price));
  assert.equal(refused.length, 0, `${name}: ${refused.length} of 10000 are refused, among them ${refused.slice(0, 5)}`);
  assert(!isValid(-0.01) && !isValid('9.5'), name);
}
