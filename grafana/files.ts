/** The files that are rendered, as texts by path. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { replaceSection, table } from '../scripts/docs/markdown.ts';
import { buildDashboard, type DashboardOptions } from './dashboard.ts';
import { DASHBOARDS } from './dashboards.ts';
import { toUid } from './names.ts';

/**
 * Every rendered file: the dashboards, and the README with its tables.
 *
 * @param readme - the README as it is; what is outside of the markers stays.
 * @throws Error when the README has no markers.
 */
export function renderFiles(readme: string): Map<string, string> {
  const dashboards = DASHBOARDS.map((options) => ({
    options,
    dashboard: buildDashboard(options),
  }));
  const files = new Map<string, string>();
  for (const { options, dashboard } of dashboards) {
    const text = `${JSON.stringify(dashboard, undefined, 2)}\n`;
    files.set(`rendered/${toUid(options.name)}.json`, text);
  }
  const tables = [
    renderSummary(),
    ...dashboards.map(({ options, dashboard }) =>
      renderPanels(options, dashboard),
    ),
  ].join('\n\n');
  files.set(
    'README.md',
    replaceSection(readme, 'dashboards', tables, 'grafana/README.md'),
  );
  return files;
}

function renderSummary(): string {
  return table(
    ['Dashboard', 'Questions it answers', 'What you see'],
    DASHBOARDS.map(({ title, asks, shows }) => [
      `*${title}*`,
      asks.join(' '),
      shows,
    ]),
  );
}

function renderPanels(options: DashboardOptions, dashboard: Dashboard): string {
  const panels = (dashboard.panels ?? []).flatMap((panel) =>
    'panels' in panel ? panel.panels : [panel],
  );
  const panelTable = table(
    ['Panel', 'Question'],
    panels.map(({ title = '', description = '' }) => [title, description]),
  );
  return `### ${options.title}\n\n${panelTable}`;
}
