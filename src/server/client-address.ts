import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';

/** Finds the address of the client behind a request. */
export type FindAddress = (request: IncomingMessage) => string | undefined;

/** Of a forwarding header, only its end is read. */
const MAX_HEADER = 2048;

/** Addresses that say nothing about who the client is. */
const NOT_PUBLIC = createBlockList([
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '100.64.0.0/10',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
]);

/** Whether an address is neither loopback, link-local nor private. */
export function isPublicAddress(address: string): boolean {
  return !isListed(NOT_PUBLIC, address);
}

/**
 * @param trustProxy - 0: the socket's address. A number: so many proxies in
 * front are trusted. A list: those addresses and CIDR ranges are.
 * @throws TypeError for an item that is neither address nor range.
 */
export function createFindAddress(
  trustProxy: number | readonly string[],
): FindAddress {
  if (trustProxy === 0) return addressOfSocket;
  const isTrusted = trustOf(trustProxy);
  return (request) => {
    const peer = addressOfSocket(request);
    const hops = [...forwardedAddresses(request), peer];
    let hop = hops.length - 1;
    let trusted = 0;
    while (hop > 0 && isTrusted(hops[hop], trusted)) {
      hop--;
      trusted++;
    }
    return hops[hop] ?? peer;
  };
}

function trustOf(
  trustProxy: number | readonly string[],
): (address: string | undefined, index: number) => boolean {
  if (typeof trustProxy === 'number') return (_, index) => index < trustProxy;
  const list = createBlockList(trustProxy);
  return (address) => address !== undefined && isListed(list, address);
}

/** Client first, as the header has them; `undefined` for what is no address. */
function forwardedAddresses(request: IncomingMessage): (string | undefined)[] {
  const { forwarded, 'x-forwarded-for': forwardedFor } = request.headers;
  const header = forwardedFor ?? forwarded;
  if (header === undefined) return [];
  const items = String(header).slice(-MAX_HEADER).split(',');
  if (forwardedFor !== undefined) return items.map(parseAddress);
  return items.map((item) =>
    parseAddress(/(?:^|[;\s])for=\s*("[^"]*"|[^;\s]*)/i.exec(item)?.[1] ?? ''),
  );
}

/** An address with or without quotes, brackets and port. */
function parseAddress(item: string): string | undefined {
  const text = item.trim().replaceAll('"', '');
  const [, host = text] =
    /^\[(.*)\](?::\d+)?$/.exec(text) ?? /^([\d.]+):\d+$/.exec(text) ?? [];
  return isIP(host) === 0 ? undefined : plainAddress(host);
}

/** The address of the peer, whoever it is. A system call. */
export function addressOfSocket(request: IncomingMessage): string | undefined {
  const socket: PeerSocket | null = request.socket;
  const address = peerOf(socket) ?? socket?.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
}

interface PeerSocket extends Socket {
  readonly _peername?: unknown;
  readonly _handle?: {
    getpeername?: (out: { address?: string }) => number;
  };
}

/**
 * As `remoteAddress`, which would be kept by the socket: 100 bytes a connection,
 * and an address after its close, where there is none in a bare Node.
 */
function peerOf(socket: PeerSocket | null): string | undefined {
  if (socket?._peername !== undefined) return undefined;
  const handle = socket?._handle;
  if (typeof handle?.getpeername !== 'function') return undefined;
  const peer: { address?: string } = {};
  return handle.getpeername(peer) === 0 ? peer.address : undefined;
}

/** An IPv4 address that came in by an IPv6 socket is one. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.')
    ? address.slice(7)
    : address;
}

function isListed(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function createBlockList(items: readonly string[]): BlockList {
  const list = new BlockList();
  for (const item of items) {
    const [, address = '', prefix] =
      /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(item)) ?? [];
    const family = isIP(address);
    const longest = family === 6 ? 128 : 32;
    const bits = Number(prefix ?? longest);
    if (family === 0 || bits > longest) {
      throw new TypeError(`"${item}" is neither an address nor a CIDR range`);
    }
    list.addSubnet(address, bits, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}
