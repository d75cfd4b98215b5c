// Chromium, as Debian ships it, driven over its DevTools protocol.
const puppeteer = require('puppeteer-core');

const SHAPES = {
  desktop: { width: 1280, height: 900 },
  phone: { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

// Root may not use Chromium's sandbox, and containers rarely have a /dev/shm of use.
const launch = () =>
  puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });

// A page of the shape. What the browser complains about (an error in a script, a refusal by the policy) goes into `complaints`.
async function open(browser, url, { shape = 'desktop', scheme = 'light', complaints = [] } = {}) {
  const page = await browser.newPage();
  page.setDefaultTimeout(15000);
  await page.setViewport(SHAPES[shape]);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(`${url}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${url}: ${error.message}`));
  await page.goto(url);
  if (/\/docs(#|$)/.test(url)) await page.waitForSelector('.opblock');
  return page;
}

module.exports = { launch, open, SHAPES };
