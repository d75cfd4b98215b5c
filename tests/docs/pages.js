// pages.js BASE_URL: the pages in Chromium. From /docs alone somebody registers, authorises, creates an event and
// books it; by the pages that mails lead to, somebody confirms an address and gets in with a new password; every error code
// has its anchor; nothing is refused by the policy; nothing overflows on a phone. The stack keeps its mail.
const assert = require('assert');
const { execFileSync } = require('child_process');
const { launch, open } = require('./browser');

const base = process.argv[2];
const complaints = [];

// Presses Try it out and Execute of an operation, after the body was edited by `edit`, and gives the answer.
async function call(page, id, edit) {
  const operation = `#operations-${id}`;
  if (!(await page.$(`${operation} .opblock-body`))) await page.click(`${operation} .opblock-summary-control`);
  await (await page.waitForSelector(`${operation} .try-out__btn`)).click();
  const body = await page.waitForSelector(`${operation} textarea.body-param__text`);
  const example = await body.evaluate((area) => area.value);
  await body.evaluate((area, text) => {
    // React takes notice of a value only through the setter that it did not replace.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(area, text);
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }, JSON.stringify(edit(JSON.parse(example))));
  await page.click(`${operation} .execute`);
  const status = await page.waitForSelector(`${operation} .live-responses-table tbody .response-col_status`);
  const answer = await page.waitForSelector(`${operation} .live-responses-table tbody .highlight-code code`);
  return { status: parseInt(await status.evaluate((cell) => cell.textContent), 10), body: JSON.parse(await answer.evaluate((code) => code.textContent)) };
}

async function authorise(page, token) {
  await page.click('.auth-wrapper .authorize');
  const field = await page.waitForSelector('.auth-container input');
  await field.type(token);
  await page.click('.auth-btn-wrapper .authorize');
  await page.waitForSelector('.auth-btn-wrapper .btn-done');
  await page.click('.auth-btn-wrapper .btn-done');
}

// Of a request, as soon as it is decided.
async function outcome(href, token) {
  const end = Date.now() + 10000;
  let request;
  do {
    const answer = await fetch(base + href, { headers: { Authorization: `Bearer ${token}` } });
    request = (await answer.json()).data;
  } while (request.state === 'queued' && Date.now() < end);
  return request.outcome;
}

async function until(find) {
  const end = Date.now() + 10000;
  for (;;) {
    const found = find();
    if (found) return found;
    assert.ok(Date.now() < end, `no ${find}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The newest link to that page in a mail to the address.
const linkTo = (path, email) => until(() => {
  const mails = execFileSync('systemd/local/mail', { encoding: 'utf8' }).split(/^From: /m);
  const links = mails.filter((mail) => mail.includes(`To: ${email}`)).flatMap((mail) => mail.match(new RegExp(`${base}${path}#[\\w-]+`)) ?? []);
  return links.at(-1);
});

// Sends the form of a page, and waits for what the page says then.
async function submit(page, fields, expected) {
  for (const [name, value] of Object.entries(fields)) await page.type(`input[name=${name}]`, value);
  await page.click('form button');
  await page.waitForFunction((text) => document.querySelector('#said').textContent.includes(text), {}, expected);
}

const post = (path, body) => fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

const tests = {
  async 'from /docs to a booked ticket'(browser) {
    const page = await open(browser, `${base}/docs`, { complaints });
    const account = await call(page, 'Accounts-auth-register', (body) => ({ ...body, email: `ann-${Date.now()}@example.com` }));
    assert.equal(account.status, 201);
    await authorise(page, account.body.data.tokens.access_token);
    const event = await call(page, 'Events-events-initialize', (body) => body);
    assert.equal(event.status, 201);
    const booked = await call(page, 'Booking-events-book', () => ({ event_id: event.body.data.id }));
    assert.equal(booked.status, 202);
    assert.equal(await outcome(booked.body.data.request.href, account.body.data.tokens.access_token), 'confirmed');
  },

  async 'the four commands of / book a ticket and show it'(browser) {
    const page = await open(browser, base, { complaints });
    const commands = await page.$$eval('pre', (blocks) => blocks.map((block) => block.textContent));
    assert.equal(commands.length, 4);
    const bash = (lines, env = {}) => execFileSync('bash', ['-euc', lines.join('\n')], { encoding: 'utf8', env: { ...process.env, ...env } });
    const [answer, token] = bash([...commands.slice(0, 3), 'echo', 'echo $TOKEN']).trim().split('\n');
    assert.equal(await outcome(JSON.parse(answer).data.request.href, token), 'confirmed');
    assert.equal(JSON.parse(bash([commands[3]], { TOKEN: token })).data.data[0].state, 'confirmed');
  },

  async 'an address is confirmed, and a forgotten password replaced, by links in mails'(browser) {
    const email = `bea-${Date.now()}@example.com`;
    await post('/v1/auth/register', { email, password: 'correct horse' });
    await submit(await open(browser, await linkTo('/verify-email', email), { complaints }), {}, email);
    await submit(await open(browser, `${base}/forgot-password`, { complaints }), { email }, 'on its way');
    const link = await linkTo('/reset-password', email);
    const page = await open(browser, link, { complaints });
    await submit(page, { new_password: 'battery staple' }, 'Your password is set');
    assert.equal((await post('/v1/auth/login', { email, password: 'battery staple' })).status, 200);
    await submit(await open(browser, link), { new_password: 'battery staple' }, 'The link has expired, or was used');
    const bare = await open(browser, `${base}/reset-password`, { complaints });
    assert.ok(await bare.$eval('form', (form) => form.hidden));
    await submit(await open(browser, `${base}/unsubscribe/none`), {}, 'The link has expired, or was used');
  },

  async 'every operation is on /docs'(browser) {
    const { operations } = require('./document');
    const page = await open(browser, `${base}/docs`, { complaints });
    const shown = await page.$$eval('.opblock', (blocks) => blocks.map((block) => block.id.replace(/^operations-[A-Za-z]+-/, '')));
    const ids = operations.map(({ id }) => id);
    assert.deepEqual({ missing: ids.filter((id) => !shown.includes(id)), more: shown.length - ids.length }, { missing: [], more: 0 });
  },

  async 'the type of an error leads to its explanation'(browser) {
    const { type } = await (await fetch(`${base}/v1/users/me`)).json();
    const page = await open(browser, base + type, { complaints });
    assert.match(await page.$eval(':target', (section) => section.textContent), /token_missing[\s\S]*What to do/);
  },

  async 'the pages need no script but where they send something, and fit on a phone'(browser) {
    const scriptsOf = { '/': 0, '/docs/errors': 0, '/docs': 2, '/forgot-password': 1, '/reset-password': 1, '/verify-email': 1, '/unsubscribe/none': 1 };
    for (const path of Object.keys(scriptsOf)) {
      const page = await open(browser, base + path, { shape: 'phone', complaints });
      const { wide, scripts } = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - window.innerWidth,
        scripts: document.scripts.length,
      }));
      assert.ok(wide <= 0, `${path} is ${wide} pixels wider than the phone`);
      assert.equal(scripts, scriptsOf[path]);
    }
  },

  async 'no link leads nowhere'(browser) {
    for (const path of ['/', '/docs/errors', '/docs', '/forgot-password', '/reset-password', '/verify-email', '/unsubscribe/none']) {
      const page = await open(browser, base + path, { complaints });
      const links = await page.$$eval('a[href]', (anchors) => anchors.map((anchor) => anchor.href));
      const here = [...new Set(links.filter((link) => link.startsWith(base)).map((link) => link.split('#')[0]))];
      for (const link of here) assert.equal((await fetch(link)).status, 200, `${link} on ${path}`);
      const anchors = await page.$$eval('a[href^="#"]', (found) => found.map((anchor) => anchor.getAttribute('href').slice(1)));
      const ids = new Set(await page.$$eval('[id]', (found) => found.map((element) => element.id)));
      if (path !== '/docs') for (const anchor of anchors) assert.ok(ids.has(anchor), `#${anchor} on ${path}`);
    }
  },

  async 'the browser has no complaints'() {
    assert.deepEqual(complaints, []);
  },
};

async function main() {
  const browser = await launch();
  let passed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test(browser);
      passed++;
      console.log(`${name}: passed`);
    } catch (error) {
      console.log(`${name}: FAILED\n  ${error.stack}`);
    }
  }
  await browser.close();
  console.log(`pages: ${passed} of ${Object.keys(tests).length} passed`);
  process.exit(passed === Object.keys(tests).length ? 0 : 1);
}

main();
