/** All dashboards, in the order of reading. */
import type { DashboardOptions } from './dashboard.ts';
import { backpressureAndMemory } from './dashboards/backpressure-and-memory.ts';
import { clients } from './dashboards/clients.ts';
import { connections } from './dashboards/connections.ts';
import { delivery } from './dashboards/delivery.ts';
import { guard } from './dashboards/guard.ts';
import { overview } from './dashboards/overview.ts';
import { pipeline } from './dashboards/pipeline.ts';
import { probes } from './dashboards/probes.ts';

/** What the files of `dashboards/` say. */
export const DASHBOARDS: readonly DashboardOptions[] = [
  overview,
  connections,
  delivery,
  backpressureAndMemory,
  guard,
  clients,
  pipeline,
  probes,
];
