/** A dashboard from its panels, with what all of ours have. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { ANNOTATIONS } from './annotations.ts';
import { placeSections, type Section } from './layout.ts';
import { type DashboardName, TAG, toUid } from './names.ts';
import { VARIABLES } from './variables.ts';

/** What a file of `dashboards/` says. */
export interface DashboardOptions {
  readonly name: DashboardName;
  readonly title: string;
  /** What it is opened for; the first is the most urgent. */
  readonly asks: readonly string[];
  /** What there is to see, from top to bottom. */
  readonly shows: string;
  readonly sections: readonly Section[];
  /** Variables beside those that all have. */
  readonly variables?: readonly Builder<VariableModel>[];
}

/** The dashboard as Grafana takes it. */
export function buildDashboard(options: DashboardOptions): Dashboard {
  const dashboard = new DashboardBuilder(options.title)
    .uid(toUid(options.name))
    .description(options.asks.join(' '))
    .tags([TAG])
    .readonly()
    .tooltip(DashboardCursorSync.Tooltip)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .timezone('browser')
    .variables([...VARIABLES, ...(options.variables ?? [])])
    .annotations([...ANNOTATIONS])
    .links([
      new DashboardLinkBuilder('SSE')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .icon('external link')
        .includeVars(true)
        .keepTime(true),
    ])
    .build();
  return {
    ...dashboard,
    annotations: { list: (dashboard.annotations.list ?? []).map(showAtTop) },
    links: (dashboard.links ?? []).map(showAtTop),
    panels: placeSections(options.sections),
  };
}

// The SDK's default hides them in a menu.
function showAtTop<Control extends { placement?: unknown }>(
  control: Control,
): Omit<Control, 'placement'> {
  const { placement: _, ...shown } = control;
  return shown;
}
