import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { readAlerts } from '../../scripts/rules/alerts.ts';
import { readValues } from '../../scripts/rules/values.ts';
import { pathOf } from '../stack/support/files.ts';
import { listKnownNames } from '../stack/support/metric-names.ts';

const FOLDER = 'prometheus/runbooks';
const ALERTS = readAlerts();
const RUNBOOKS = readdirSync(pathOf(FOLDER));
/** Where a repository's page of a file has the file's path. */
const PAGE = /^https:\/\/[^/]+\/[^/]+\/[^/]+\/blob\/[^/]+\/(.+)$/;

test('every alert has a runbook, and every runbook an alert', () => {
  const names = new Set(ALERTS.map(({ name }) => `${name}.md`));
  expect(RUNBOOKS.sort()).toEqual([...names].sort());
});

test('every runbook_url leads to a file of the repository', () => {
  const base = readValues('default').get('runbook_base_url')?.value;
  for (const { name, annotations } of ALERTS) {
    const url = annotations['runbook_url'] ?? '';
    expect(url).toBe(`${base}/${name}.md`);
    const [, path = ''] = PAGE.exec(url) ?? [];
    expect(existsSync(pathOf(path)), url).toBe(true);
  }
});

test('every dashboard_url leads to a dashboard that is provisioned', () => {
  const uids = globSync('grafana/rendered/*.json', { cwd: pathOf('.') });
  const known = uids.map((file) => basename(file, '.json'));
  for (const { name, annotations } of ALERTS) {
    const [path = ''] = (annotations['dashboard_url'] ?? '').split('?');
    expect(known, name).toContain(basename(path));
  }
});

test.each(RUNBOOKS)(
  '%s says what it means, harms, where to look, what to do',
  (file) => {
    const text = readFileSync(pathOf(`${FOLDER}/${file}`), 'utf8');
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(
      ([, title]) => title,
    );
    expect(headings).toEqual([
      basename(file, '.md'),
      'Meaning',
      'Impact',
      'Diagnosis',
      'Mitigation',
    ]);
    for (const section of text.split(/^## .+$/m).slice(1))
      expect(section.trim()).not.toBe('');
    expect(text).toMatch(/\(`sse-[a-z-]+`\)/);
    expect(text).toContain('```promql');
    // Somebody reads it at three.
    expect(text.split('\n').length).toBeLessThan(60);
  },
);

test.each(RUNBOOKS)(
  '%s asks for metrics and links to runbooks that exist',
  (file) => {
    const text = readFileSync(pathOf(`${FOLDER}/${file}`), 'utf8');
    const queries = [...text.matchAll(/```promql\n(.+?)\n```/gs)];
    const known = listKnownNames();
    for (const [, query = ''] of queries) {
      const names = query
        .replace(/\b(?:by|on) \([^)]*\)/g, '')
        .replace(/\{[^}]*\}/g, '')
        .match(/\b(?:sse|otelcol)_[a-z0-9_]+|\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+/g);
      for (const name of names ?? []) expect(known, query).toContain(name);
    }
    const links = [...text.matchAll(/\]\((\w+\.md)\)/g)].map(
      ([, link]) => link,
    );
    expect(links.filter((link) => !RUNBOOKS.includes(String(link)))).toEqual(
      [],
    );
  },
);
