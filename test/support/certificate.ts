import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** What a TLS server is given, both as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A key and a certificate for 127.0.0.1, signed by that key.
 *
 * @param days - for how long it is good yet; below 0 it is not any more.
 */
export function createCertificate(days = 1): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  });
  const body = createBody(publicKey, days);
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, SHA256_WITH_ECDSA, bits(signature));
  return {
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

// DER, of which a certificate needs little: RFC 5280, section 4.1.

const SHA256_WITH_ECDSA = sequence(Buffer.from('06082a8648ce3d040302', 'hex'));
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const DAY_MS = 86_400_000;

function createBody(publicKey: KeyObject, days: number): Buffer {
  const name = sequence(
    wrap(0x31, sequence(COMMON_NAME, wrap(0x0c, Buffer.from('127.0.0.1')))),
  );
  const address = wrap(0x87, Buffer.from([127, 0, 0, 1]));
  const extension = sequence(SUBJECT_ALT_NAME, wrap(0x04, sequence(address)));
  return sequence(
    wrap(0xa0, wrap(0x02, Buffer.from([2]))),
    wrap(0x02, Buffer.from([1])),
    SHA256_WITH_ECDSA,
    name,
    sequence(time(Date.now() - 30 * DAY_MS), time(Date.now() + days * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    wrap(0xa3, sequence(extension)),
  );
}

function sequence(...parts: Buffer[]): Buffer {
  return wrap(0x30, ...parts);
}

function bits(content: Buffer): Buffer {
  return wrap(0x03, Buffer.from([0]), content);
}

function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return wrap(0x17, Buffer.from(`${digits}Z`));
}

/** Tag, length, content. */
function wrap(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
