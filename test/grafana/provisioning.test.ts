import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DATASOURCE_UID } from '../../grafana/variables.ts';
import { DASHBOARDS, GRAFANA } from './support/rendered.ts';

interface DataSources {
  readonly datasources: readonly Record<string, unknown>[];
}

interface Dashboards {
  readonly providers: readonly Record<string, unknown>[];
}

const sources = readText('datasources/sse.yaml');
const providers = readText('dashboards/sse.yaml');

test('the provisioned data source is the one that dashboards begin with', () => {
  const { datasources } = parse(sources) as DataSources;
  expect(datasources[0]).toMatchObject({
    uid: DATASOURCE_UID,
    name: 'Prometheus',
    type: 'prometheus',
    isDefault: true,
    editable: false,
  });
  for (const { templating, file } of DASHBOARDS) {
    expect(templating.list?.[0]?.current, file).toMatchObject({
      text: 'Prometheus',
      value: DATASOURCE_UID,
    });
  }
});

test('rates have room for four exports', () => {
  const { datasources } = parse(sources) as DataSources;
  expect(datasources[0]).toMatchObject({ jsonData: { timeInterval: '15s' } });
});

test('no provisioned file has a secret', () => {
  for (const text of [sources, providers]) {
    expect(text).not.toMatch(/^\s*(\w*password|secureJsonData|token)\b.*:/im);
  }
});

test('dashboards are in a folder, and nobody saves over them', () => {
  expect((parse(providers) as Dashboards).providers).toMatchObject([
    {
      type: 'file',
      folder: 'SSE',
      allowUiUpdates: false,
      options: { path: '/etc/grafana/dashboards' },
    },
  ]);
});

function readText(path: string): string {
  return readFileSync(`${GRAFANA}provisioning/${path}`, 'utf8');
}
