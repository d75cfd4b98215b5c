// networks.js RUN_DIR: whom nginx's coarse limits count as one. A real nginx with the files of a site, told by a header where a
// client comes from, and asked for what it would count. Nor may it warn of anything in the files: a name too many or too long
// for its table of variables, for instance.
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const { spawn } = require('child_process');

const [runDir] = process.argv.slice(2);
const root = process.cwd();
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'ticketd-networks-'));
const socketPath = path.join(home, 'nginx.sock');
const configuration = `
${process.getuid() === 0 ? 'user root;' : ''}
daemon off;
pid ${home}/nginx.pid;
events {}
http {
    include "${runDir}/conf/settings.conf";
    include "${runDir}/conf/paths.conf";
    ${['routes', 'http', 'pages', 'errors'].map((name) => `include "${root}/nginx/${name}.conf";`).join('\n    ')}
    ${['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((name) => `${name}_temp_path ${home}/${name};`).join('\n    ')}
    access_log off;
    set_real_ip_from unix:;
    real_ip_header   X-Client;
    server {
        listen unix:${socketPath};
        location /64 { return 200 $ticketd_limit_key; }
        location /56 { return 200 $ticketd_limit_key_56; }
        location /48 { return 200 $ticketd_limit_key_48; }
    }
}`;

// In hexadecimal.
function networkOf(address, bits) {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path: `/${bits}`, headers: { 'X-Client': address } }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve(Buffer.concat(parts).toString('hex')));
    });
    request.on('error', reject);
  });
}

// The first 64, 56 and 48 bits. Of an IPv4 address there are no larger networks.
const expected = {
  '192.0.2.7': ['c0000207', '', ''],
  '::ffff:192.0.2.7': ['c0000207', '', ''], // with listen [::]:80 ipv6only=off
  '::ffff:10.10.10.10': ['0a0a0a0a', '', ''], // newlines
  '2001:db8:1:203::7': ['20010db800010203', '20010db8000102', '20010db80001'],
  '2001:db8:1:203:ffff:ffff:ffff:ffff': ['20010db800010203', '20010db8000102', '20010db80001'],
  '2001:db8:a0a:a0a::a0a': ['20010db80a0a0a0a', '20010db80a0a0a', '20010db80a0a'],
  '::1': ['0000000000000000', '00000000000000', '000000000000'],
  '::fffe:192.0.2.7': ['0000000000000000', '00000000000000', '000000000000'],
};

async function main() {
  fs.writeFileSync(`${home}/nginx.conf`, configuration);
  const nginx = spawn('nginx', ['-e', 'stderr', '-p', home, '-c', `${home}/nginx.conf`], { stdio: ['ignore', 'inherit', 'pipe'] });
  let said = '';
  nginx.stderr.on('data', (part) => (said += part));
  let ended = false;
  nginx.on('exit', () => (ended = true));
  let bad = 0;
  try {
    while (!ended && !fs.existsSync(`${home}/nginx.pid`)) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const [address, networks] of Object.entries(expected)) {
      const got = await Promise.all([64, 56, 48].map((bits) => networkOf(address, bits)));
      if (got.join() === networks.join()) continue;
      bad++;
      console.log(`${address} counts as ${got}, not ${networks}`);
    }
  } finally {
    nginx.kill();
    fs.rmSync(home, { recursive: true });
  }
  console.log(`networks: ${Object.keys(expected).length} addresses, ${bad} counted wrongly`);
  if (said) console.log(`nginx said: ${said}`);
  process.exit(bad === 0 && !said ? 0 : 1);
}

main();
