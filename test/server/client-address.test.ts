import { expect, test } from 'vitest';
import { isPublicAddress } from '../../src/server/client-address.ts';
import { startMeasured } from '../support/measured-server.ts';

type Headers = Record<string, string>;

/** The address that the open connection of such a request is counted under. */
async function addressOf(
  trustProxy: number | readonly string[],
  headers: Headers,
): Promise<string | undefined> {
  await using server = await startMeasured({ trustProxy });
  await server.open('/events', headers);
  return server.instrumentation.connections()[0]?.clientAddress;
}

const PEER = '127.0.0.1';
const FOR = 'X-Forwarded-For';

/** With one trusted proxy in front, which is the peer. */
const HEADERS: [Headers, string][] = [
  [{}, PEER],
  [{ [FOR]: '203.0.113.7' }, '203.0.113.7'],
  [{ [FOR]: '  203.0.113.7  ' }, '203.0.113.7'],
  [{ [FOR]: '203.0.113.7:4711' }, '203.0.113.7'],
  [{ [FOR]: '"203.0.113.7:4711"' }, '203.0.113.7'],
  [{ [FOR]: '2001:db8::7' }, '2001:db8::7'],
  [{ [FOR]: '[2001:db8::7]' }, '2001:db8::7'],
  [{ [FOR]: '[2001:db8::7]:443' }, '2001:db8::7'],
  [{ [FOR]: '::ffff:203.0.113.7' }, '203.0.113.7'],
  // What the client itself wrote stands to the left of what the proxy added.
  [{ [FOR]: '198.51.100.1, 203.0.113.7' }, '203.0.113.7'],
  [{ [FOR]: `${'198.51.100.1,'.repeat(900)} 203.0.113.7` }, '203.0.113.7'],
  [{ [FOR]: '127.0.0.1,127.0.0.1,203.0.113.7' }, '203.0.113.7'],
  // What is no address says nothing: the peer is all that is known.
  [{ [FOR]: '' }, PEER],
  [{ [FOR]: 'unknown' }, PEER],
  [{ [FOR]: '203.0.113.7, garbage' }, PEER],
  [{ [FOR]: '203.0.113.7,' }, PEER],
  [{ [FOR]: '999.0.113.7' }, PEER],
  [{ [FOR]: '203.0.113' }, PEER],
  [{ [FOR]: '203.0.113.7:port' }, PEER],
  [{ [FOR]: '[2001:db8::7' }, PEER],
  [{ [FOR]: 'user@example.org' }, PEER],
  [{ [FOR]: '203.0.113.7<script>' }, PEER],
  [{ Forwarded: 'for=203.0.113.7' }, '203.0.113.7'],
  [{ Forwarded: 'For="203.0.113.7:4711"' }, '203.0.113.7'],
  [{ Forwarded: 'for="[2001:db8::7]:4711"' }, '2001:db8::7'],
  [{ Forwarded: 'proto=https;for=203.0.113.7;by=10.0.0.1' }, '203.0.113.7'],
  [{ Forwarded: 'by=10.0.0.1; for = "203.0.113.7"' }, PEER],
  [{ Forwarded: 'for=198.51.100.1, for=203.0.113.7' }, '203.0.113.7'],
  [{ Forwarded: 'for=203.0.113.7, for=unknown' }, PEER],
  [{ Forwarded: 'for=_hidden, for=_SEVKISEK' }, PEER],
  [{ Forwarded: 'proto=https' }, PEER],
  [{ Forwarded: 'therefor=203.0.113.7' }, PEER],
  [{ Forwarded: '203.0.113.7' }, PEER],
];

test.for(HEADERS)(
  'behind one proxy %o is the client %s',
  async ([headers, address]) => {
    expect(await addressOf(1, headers)).toBe(address);
  },
);

test.for<[number, string, string]>([
  [1, 'a.a.a.a', PEER],
  [1, '198.51.100.1, 198.51.100.2, 198.51.100.3', '198.51.100.3'],
  [2, '198.51.100.1, 198.51.100.2, 198.51.100.3', '198.51.100.2'],
  [3, '198.51.100.1, 198.51.100.2, 198.51.100.3', '198.51.100.1'],
  [9, '198.51.100.1, 198.51.100.2, 198.51.100.3', '198.51.100.1'],
  [2, '198.51.100.1, garbage, 198.51.100.3', PEER],
  [0, '198.51.100.1', PEER],
])(
  'with %i proxies trusted, %s comes from %s',
  async ([hops, forwarded, address]) => {
    expect(await addressOf(hops, { [FOR]: forwarded })).toBe(address);
  },
);

const PROXIES = ['127.0.0.0/8', '10.0.0.0/8', '2001:db8::/32', '192.0.2.1'];

test.for<[readonly string[], string, string]>([
  [PROXIES, '203.0.113.7', '203.0.113.7'],
  [PROXIES, '198.51.100.1, 203.0.113.7, 10.1.2.3', '203.0.113.7'],
  [PROXIES, '198.51.100.1, 203.0.113.7, 192.0.2.1', '203.0.113.7'],
  [PROXIES, '198.51.100.1, 192.0.2.2, 192.0.2.1', '192.0.2.2'],
  [PROXIES, '203.0.113.7, 2001:db8:1::5, 10.0.0.1', '203.0.113.7'],
  [PROXIES, '2001:db9::5', '2001:db9::5'],
  [PROXIES, '203.0.113.7, ::ffff:10.0.0.1', '203.0.113.7'],
  [PROXIES, '203.0.113.7, 10.0.0.1:443', '203.0.113.7'],
  // The client sits inside, or claims to.
  [PROXIES, '10.0.0.9, 10.0.0.1', '10.0.0.9'],
  [PROXIES, '203.0.113.7, garbage, 10.0.0.1', PEER],
  // The peer itself is not trusted: it may write what it likes.
  [['10.0.0.0/8'], '203.0.113.7', PEER],
  [['::1'], '203.0.113.7', PEER],
  [[], '203.0.113.7', PEER],
  [['0.0.0.0/0'], '198.51.100.1, 203.0.113.7', '198.51.100.1'],
])(
  'with %j trusted, %s comes from %s',
  async ([trusted, forwarded, address]) => {
    expect(await addressOf(trusted, { [FOR]: forwarded })).toBe(address);
  },
);

test('a header that came several times is read as one', async () => {
  await using server = await startMeasured({ trustProxy: 2 }, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const client = await server.connect();
  client.socket.write(
    `GET / HTTP/1.1\r\nHost: x\r\n${FOR}: 198.51.100.1\r\n${FOR}: 198.51.100.2\r\n\r\n`,
  );
  await client.waitFor('data: 1');
  const [connection] = server.instrumentation.connections();
  expect(connection?.clientAddress).toBe('198.51.100.1');
});

test.for<[string, boolean]>([
  ['127.0.0.1', false],
  ['127.255.0.1', false],
  ['::1', false],
  ['10.1.2.3', false],
  ['172.15.255.255', true],
  ['172.16.0.1', false],
  ['172.31.255.255', false],
  ['172.32.0.1', true],
  ['192.168.1.1', false],
  ['192.169.1.1', true],
  ['169.254.1.1', false],
  ['100.64.0.1', false],
  ['100.128.0.1', true],
  ['fd00::1', false],
  ['fe80::1', false],
  ['fe80::1%eth0', false],
  ['::ffff:10.0.0.1', false],
  ['2001:db8::1', true],
  ['203.0.113.7', true],
])('%s is public: %s', ([address, isPublic]) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});
