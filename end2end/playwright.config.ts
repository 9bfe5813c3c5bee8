import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

// The system's own browser where there is one; else the one that Playwright has brought.
const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const root = process.getuid?.() === 0;

/** A browser of a device that has these faces alone, so that no test depends on what a machine has installed. */
function device(face: 'wide' | 'narrow', more: string[] = []) {
  const args = ['--disable-dev-shm-usage', '--disable-background-networking', ...(root ? ['--no-sandbox'] : []), ...more];
  return { launchOptions: { executablePath: system, args, env: { ...process.env, FONTCONFIG_FILE: join(import.meta.dirname, `fonts/${face}.conf`) } } };
}

const desktop = { ...devices['Desktop Chrome'], ...device('wide'), viewport: { width: 1440, height: 900 } };
const phone = { ...devices['Pixel 7'], ...device('narrow'), viewport: { width: 390, height: 844 } };
const tablet = { ...devices['Desktop Chrome'], ...device('wide'), viewport: { width: 820, height: 1180 }, hasTouch: true };
// As people set it in their browser: every size that a page gives in rem grows.
const largeText = { ...devices['Desktop Chrome'], ...device('wide', ['--blink-settings=defaultFontSize=21,defaultFixedFontSize=17']), viewport: { width: 1440, height: 900 } };
const JOURNEYS = /journey|plain/;

export default defineConfig({
  testDir: './tests',
  // Each test has a server of its own, so they can run side by side.
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env.CI,
  reporter: [['list'], ['json', { outputFile: 'test-results/report.json' }]],
  // A debug build of the browser's program is large; hydrating it takes a moment on a busy machine.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // Traces take as long as a third of the tests: `npx playwright test --trace on NAME` for what failed.
  use: { screenshot: 'only-on-failure' },
  // Everything on a desktop with a wide face and on a phone with a narrow one; the journeys, with and without JavaScript,
  // on each screen in each light; the pages in every state also with the other face and with text at 130 %.
  projects: [
    { name: 'desktop', use: desktop },
    // The pages in every state bring their own sizes, a wall has no phone, paper has its own size, and what others do to a page is the same on each.
    { name: 'phone', use: phone, testIgnore: /states|layout|wall|tablets|touched|print/ },
    { name: 'narrow face', use: { ...desktop, ...device('narrow') }, testMatch: /layout/ },
    { name: 'text at 130 %', use: largeText, testMatch: /layout|journey|plain/ },
    { name: 'tablet', use: tablet, testMatch: JOURNEYS },
    ...Object.entries({ desktop, phone, tablet }).map(([name, use]) => ({ name: `${name}, dark`, use: { ...use, colorScheme: 'dark' as const }, testMatch: JOURNEYS })),
  ],
});
