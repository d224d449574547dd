import {
  CLIENT_METRICS,
  type MetricDefinition,
  nameWithUnit,
  PROCESS_METRICS,
  SERVER_METRICS,
} from '../semconv.ts';
import { PACKAGE_NAME } from '../version.ts';

/** A view that gives a metric of ours another name. */
export interface NameView {
  readonly meterName: string;
  readonly instrumentName: string;
  readonly name: string;
}

/** One view for every metric whose unit belongs in its name. */
export function createNameViews(): NameView[] {
  const definitions: MetricDefinition[] = [
    ...Object.values(SERVER_METRICS),
    ...Object.values(PROCESS_METRICS),
    ...Object.values(CLIENT_METRICS),
  ];
  return definitions
    .filter((definition) => nameWithUnit(definition) !== definition.name)
    .map((definition) => ({
      meterName: PACKAGE_NAME,
      instrumentName: definition.name,
      name: nameWithUnit(definition),
    }));
}
