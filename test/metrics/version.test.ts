import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PACKAGE_NAME, PACKAGE_VERSION } from '../../src/version.ts';

test('the scope is called as the package is', () => {
  const file = new URL('../../package.json', import.meta.url);
  const { name, version } = JSON.parse(readFileSync(file, 'utf8'));
  expect({ name, version }).toEqual({
    name: PACKAGE_NAME,
    version: PACKAGE_VERSION,
  });
});
