export { SseInstrumentation } from './instrumentation.ts';
export { type SseView, sseViews } from './metrics/views.ts';
export { reportDropped, reportReplay } from './server/reports.ts';
export type {
  FinalEvents,
  SseConnectionSnapshot,
  SseConnectionSummary,
  SseInstrumentationConfig,
  SseReplay,
  SseResponse,
} from './types.ts';
