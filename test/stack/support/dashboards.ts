import { readdirSync, readFileSync } from 'node:fs';
import { pathOf } from './files.ts';

/** A query of a panel. */
interface Target {
  readonly refId: string;
  readonly expr: string;
}

/** A panel that asks something. */
interface Panel {
  readonly title: string;
  readonly targets: readonly Target[];
}

/** A variable, as the dashboard has it. */
export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly allValue?: string;
  readonly includeAll?: boolean;
}

/** A rendered dashboard. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly variables: readonly Variable[];
  /** Queries of the annotations, by name. */
  readonly annotations: readonly { name: string; expr?: string }[];
}

interface Json {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly JsonPanel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: Dashboard['annotations'] };
}

interface JsonPanel extends Partial<Panel> {
  readonly panels?: readonly JsonPanel[];
}

const FOLDER = 'grafana/rendered';
const DATASOURCES = 'grafana/provisioning/datasources';

/** All rendered dashboards. */
export function readDashboards(): Dashboard[] {
  const files = readdirSync(pathOf(FOLDER)).filter((f) => f.endsWith('.json'));
  return files.map((file) => {
    const text = readFileSync(pathOf(`${FOLDER}/${file}`), 'utf8');
    const { uid, title, panels, templating, annotations } = JSON.parse(
      text,
    ) as Json;
    return {
      uid,
      title,
      panels: panels.flatMap(listPanels),
      variables: templating.list,
      annotations: annotations.list,
    };
  });
}

/** The interval of the data source that is provisioned, in seconds. */
export function readScrapeSeconds(): number {
  const [file = ''] = readdirSync(pathOf(DATASOURCES));
  const text = readFileSync(pathOf(`${DATASOURCES}/${file}`), 'utf8');
  return Number(/^ *timeInterval: "?(\d+)s"?$/m.exec(text)?.[1]);
}

/** A row has panels of its own when it is folded. */
function listPanels(panel: JsonPanel): Panel[] {
  const { title = '', targets = [], panels = [] } = panel;
  const own = targets.length > 0 ? [{ title, targets }] : [];
  return [...own, ...panels.flatMap(listPanels)];
}
