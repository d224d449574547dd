import { isKnownEncoding } from '../exchange/decode.ts';
import { type Head, readHeader } from '../observation.ts';

/** How a body is encoded; one that cannot be read is taken as it is. */
export function readEncoding(head: Head): string {
  const encoding = listEncodingsOf(head);
  const [only = 'identity'] = encoding;
  return encoding.length === 1 && isKnownEncoding(only) ? only : 'identity';
}

/** The encodings that a body has, in the order in which they were applied. */
export function listEncodingsOf(head: Head): string[] {
  return (readHeader(head, 'content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => one !== '' && one !== 'identity');
}
