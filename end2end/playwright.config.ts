import { defineConfig, devices } from '@playwright/test';
import { existsSync } from 'node:fs';

// The system's own browser where there is one; else the one that Playwright has brought.
const system = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const root = process.getuid?.() === 0;
const launchOptions = {
  executablePath: system,
  args: ['--disable-dev-shm-usage', '--disable-background-networking', ...(root ? ['--no-sandbox'] : [])],
};

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1440, height: 900 } };
const phone = { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } };
const tablet = { ...devices['Desktop Chrome'], viewport: { width: 820, height: 1180 }, hasTouch: true };
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
  use: { screenshot: 'only-on-failure', launchOptions },
  // Everything on a desktop and on a phone; the journeys, with and without JavaScript, on each screen in each light.
  projects: [
    { name: 'desktop', use: desktop },
    // The pages in every state bring their own sizes, and a wall has no phone.
    { name: 'phone', use: phone, testIgnore: /states|wall/ },
    { name: 'tablet', use: tablet, testMatch: JOURNEYS },
    ...Object.entries({ desktop, phone, tablet }).map(([name, use]) => ({ name: `${name}, dark`, use: { ...use, colorScheme: 'dark' as const }, testMatch: JOURNEYS })),
  ],
});
