// screenshots.js BASE_URL DIRECTORY: pictures of the pages, wide and narrow, light and dark.
const path = require('path');
const { launch, open, SHAPES } = require('./browser');

async function showOperation(page, id) {
  await page.waitForSelector(`${id} .opblock-body`);
  await page.$eval(id, (operation) => operation.scrollIntoView());
}

async function main() {
  const [base, directory] = process.argv.slice(2);
  const browser = await launch();
  for (const [name, at] of [['start', '/'], ['errors', '/docs/errors'], ['docs', '/docs'], ['docs-book', '/docs#/Booking/events-book']]) {
    for (const shape of Object.keys(SHAPES)) {
      for (const scheme of ['light', 'dark']) {
        const page = await open(browser, base + at, { shape, scheme });
        if (name === 'docs-book') await showOperation(page, '#operations-Booking-events-book');
        await page.screenshot({ path: path.join(directory, `${name}-${shape}-${scheme}.png`) });
        await page.close();
      }
    }
  }
  await browser.close();
}

main();
