import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type {
  Dashboard,
  Panel,
  RowPanel,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Where the rendered files and their sources are. */
export const GRAFANA = fileURLToPath(
  new URL('../../../grafana/', import.meta.url),
);

/** A rendered dashboard, as Grafana reads it. */
export interface RenderedDashboard extends Dashboard {
  readonly file: string;
}

/** A query of a panel. */
interface Query {
  readonly expr: string;
  readonly refId: string;
  readonly legendFormat?: string;
  readonly datasource: { readonly type?: string; readonly uid?: string };
  readonly instant?: boolean;
}

/** A panel, and where to find it when a test complains. */
export interface LocatedPanel {
  /** `SSE / Overview: Balance`. */
  readonly at: string;
  readonly panel: Panel;
  readonly dashboard: RenderedDashboard;
  readonly queries: readonly Query[];
}

/** Every rendered dashboard. */
export const DASHBOARDS: readonly RenderedDashboard[] = readdirSync(
  `${GRAFANA}rendered`,
).map((file) => ({ ...readDashboard(`${GRAFANA}rendered/${file}`), file }));

/** Every panel of every dashboard, also those in folded rows. */
export const PANELS: readonly LocatedPanel[] = DASHBOARDS.flatMap((dashboard) =>
  listPanels(dashboard).map((panel) => ({
    at: `${dashboard.title}: ${panel.title}`,
    panel,
    dashboard,
    queries: (panel.targets ?? []) as unknown as Query[],
  })),
);

/** The panels of a dashboard, also those in folded rows. */
export function listPanels({ panels = [] }: Dashboard): Panel[] {
  return panels.flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));
}

/** Whether it is a row: a title with panels below it, or folded within. */
export function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}

function readDashboard(path: string): Dashboard {
  return JSON.parse(readFileSync(path, 'utf8')) as Dashboard;
}
