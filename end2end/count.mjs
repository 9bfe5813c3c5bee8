// One honest line: how many tests passed, failed and were skipped, of cargo's log, of Playwright's report, and of
// schemathesis's, where each call of the API counts as one.
import { existsSync, readFileSync } from 'node:fs';

const [cargo, playwright, schemathesis] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const parts = [];

const log = readFileSync(cargo, 'utf8');
const results = [...log.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)];
for (const [index, name] of ['rules and ledgers', 'from outside'].entries()) {
  const [passed, failed, skipped] = results[index]?.slice(1).map(Number) ?? [0, 0, 0];
  // A test that lacks a tool says so, and counts for cargo as one that has passed.
  const without = index ? [...log.matchAll(/skipped: .* does not work here/g)].length : 0;
  add(name, passed - without, failed, skipped + without, index < results.length);
}
const report = existsSync(playwright) ? JSON.parse(readFileSync(playwright, 'utf8')).stats : undefined;
add('in browsers', report?.expected ?? 0, (report?.unexpected ?? 0) + (report?.flaky ?? 0), report?.skipped ?? 0, !!report);
const described = existsSync(schemathesis) ? JSON.parse(readFileSync(schemathesis, 'utf8')) : undefined;
if (described?.operations) {
  const { failures, errors, exit_code, operations, test_cases } = described;
  const wrong = new Set([...failures, ...errors].flatMap((fault) => fault.operations ?? []));
  const failed = exit_code === 0 ? 0 : Math.max(1, wrong.size);
  const skipped = operations.total - operations.tested;
  add(`calls as described (${test_cases.generated} requests)`, operations.tested - Math.min(failed, operations.tested), failed, skipped, true);
} else {
  // It did not come so far; or it is not installed, and has said so.
  add('calls as described', 0, described ? 1 : 0, described ? 0 : 1, false);
}
console.log(`Tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped (${parts.join(', ')})`);

function add(name, passed, failed, skipped, ran) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  parts.push(ran ? `${passed + failed + skipped} ${name}` : `none ${name}: they did not run`);
}
