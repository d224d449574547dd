import { expect, test } from 'vitest';
import { CappedNames } from '../../src/metrics/capped-names.ts';

test('the first names are kept, further ones are _OTHER', () => {
  const names = new CappedNames(2);
  const given = ['a', 'b', 'c', 'a', 'd', 'b'];
  expect(given.map((name) => names.admit(name))).toEqual([
    'a',
    'b',
    '_OTHER',
    'a',
    '_OTHER',
    'b',
  ]);
});

test('_OTHER takes no place of another name', () => {
  const names = new CappedNames(1);
  expect(names.admit('_OTHER')).toBe('_OTHER');
  expect(names.admit('a')).toBe('a');
  expect(names.admit('b')).toBe('_OTHER');
});

test('with a list only its names are kept, whatever the limit', () => {
  const names = new CappedNames(1, ['a', 'b', 'c']);
  const given = ['c', 'd', 'a', 'b', ''];
  expect(given.map((name) => names.admit(name))).toEqual([
    'c',
    '_OTHER',
    'a',
    'b',
    '_OTHER',
  ]);
});

test('an empty list keeps nothing', () => {
  expect(new CappedNames(20, []).admit('a')).toBe('_OTHER');
});

test('a smaller limit for one call lets in no new name and takes out no old one', () => {
  const names = new CappedNames(10);
  for (const name of ['a', 'b', 'c']) names.admit(name);
  expect(names.admit('d', 3)).toBe('_OTHER');
  expect(names.admit('a', 3)).toBe('a');
  expect(names.admit('d')).toBe('d');
});

test('a name of 200 characters is kept, a longer one is cut to 200', () => {
  const names = new CappedNames(10);
  expect(names.admit('x'.repeat(200))).toBe('x'.repeat(200));
  const cut = names.admit('y'.repeat(10_000));
  expect(cut).toBe(`${'y'.repeat(199)}…`);
  expect(names.admit(`${'y'.repeat(300)}z`)).toBe(cut);
});

test('names that begin alike for 200 characters count as one', () => {
  const names = new CappedNames(1);
  expect(names.admit(`${'z'.repeat(250)}1`)).toBe(
    names.admit(`${'z'.repeat(250)}2`),
  );
});
