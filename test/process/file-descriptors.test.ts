import { closeSync, openSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { countFileDescriptors } from '../../src/process/file-descriptors.ts';

const FOLDER = process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd';

test('open descriptors are as many as the system lists', () => {
  const listed = () => readdirSync(FOLDER).length - 1;
  expect(countFileDescriptors()).toBe(listed());
  const opened = Array.from({ length: 50 }, () => openSync('/dev/null', 'r'));
  expect(countFileDescriptors()).toBe(listed());
  for (const descriptor of opened) closeSync(descriptor);
  expect(countFileDescriptors()).toBe(listed());
});
