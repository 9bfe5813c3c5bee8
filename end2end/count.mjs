// Prints each failure on one line, and at the end how many tests passed, failed and were skipped: from cargo's log, from
// Playwright's report, from schemathesis's report, where each call of the API counts as one test, and from the log of
// tests/clients. A missing file means that those tests did not run.
import { existsSync, readFileSync } from 'node:fs';

const [cargo, playwright, schemathesis, clients] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const parts = [];
const wrongs = [];

const log = existsSync(cargo) ? readFileSync(cargo, 'utf8') : '';
const results = [...log.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)];
for (const [index, name] of ['rules and stores', 'from outside'].entries()) {
  const [passed, failed, skipped] = results[index]?.slice(1).map(Number) ?? [0, 0, 0];
  // A test that lacks a tool prints so, and cargo counts it as passed.
  const without = index ? [...log.matchAll(/skipped: .* does not work here/g)].length : 0;
  add(name, passed - without, failed, skipped + without, index < results.length);
}
// Where a test panicked, and with what; or its name alone, where it died otherwise.
for (const [, name] of log.matchAll(/^test (\S+) \.\.\. FAILED$/gm)) {
  const [, said = ''] = log.split(`---- ${name} stdout ----`)[1]?.match(/panicked at ((?:.*\n){1,4})/) ?? [];
  wrongs.push(`${name}: ${said}`);
}
const report = existsSync(playwright) ? JSON.parse(readFileSync(playwright, 'utf8')) : undefined;
const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
add('in browsers', expected, unexpected + flaky, skipped, !!report);
for (const spec of specs(report?.suites ?? [])) {
  for (const test of spec.tests.filter((test) => ['unexpected', 'flaky'].includes(test.status))) {
    const { error } = test.results.find((result) => result.error) ?? {};
    wrongs.push(`${spec.file}:${spec.line} (${test.projectName}) ${spec.title}: ${error?.message ?? ''}`);
  }
}
const described = existsSync(schemathesis) ? JSON.parse(readFileSync(schemathesis, 'utf8')) : undefined;
if (described?.operations) {
  const { failures, errors, exit_code, operations, test_cases } = described;
  const wrong = new Set([...failures, ...errors].flatMap((fault) => fault.operations ?? []));
  const failed = exit_code === 0 ? 0 : Math.max(1, wrong.size);
  const skipped = operations.total - operations.tested;
  wrongs.push(...[...wrong].map((call) => `${call}: not as described`));
  add(`calls as described (${test_cases.generated} requests)`, operations.tested - Math.min(failed, operations.tested), failed, skipped, true);
} else {
  // It was not reached; or it is not installed, and was reported as such.
  add('calls as described', 0, described ? 1 : 0, described ? 0 : 1, false);
}
const made = [...(existsSync(clients) ? readFileSync(clients, 'utf8') : '').matchAll(/^(passed|failed|skipped) (.*)$/gm)];
const having = (result) => made.filter(([, one]) => one === result);
wrongs.push(...having('failed').map(([, , said]) => said));
add('with generated clients', having('passed').length, having('failed').length, having('skipped').length, made.length > 0);
for (const wrong of wrongs) console.log(`Failed: ${plain(wrong)}`);
console.log(`Tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped (${parts.join(', ')})`);

function add(name, passed, failed, skipped, ran) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  parts.push(ran ? `${passed + failed + skipped} ${name}` : `none ${name}: they did not run`);
}

function specs(suites) {
  return suites.flatMap((suite) => [...suite.specs, ...specs(suite.suites ?? [])]);
}

// On one line, without the colours of a terminal, and short.
function plain(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, '').replace(/\s+/g, ' ').trim().slice(0, 500);
}
