/** What bounds the series of a process. */

/** The option `maxRoutes`, where it is not given. */
export const STANDARD_MAX_ROUTES = 100;
/** The option `maxEventTypes`, where it is not given. */
export const STANDARD_MAX_EVENT_TYPES = 20;
/** Different values of `error.type` kept of streams that closed with an error. */
export const MAX_ERROR_TYPES = 20;

/**
 * The most attribute sets an instrument reports. The SDK's own limit of 2,000
 * would keep the last value and lose the rest without an error.
 */
export const MAX_ATTRIBUTE_SETS = 1500;
/** Room for 9 closed values of each: protocol errors have most. */
export const MAX_SERIES = 150;
/** `_OTHER` in its three protocol versions always fits. */
export const RESERVED = 3;
/** `_OTHER` always fits. */
export const MAX_FAILED = MAX_SERIES + 1;

/** Event types of all series, beside an `_OTHER` of each. */
export const MAX_EVENT_SETS = MAX_ATTRIBUTE_SETS - MAX_SERIES;
/** Error types of all that closed, beside the eight closed values of each. */
export const MAX_ERROR_SETS = MAX_ATTRIBUTE_SETS - 8 * MAX_SERIES;
/** Statuses of all that failed, beside `aborted` and `_OTHER` of each. */
export const MAX_FAILED_SETS = MAX_ATTRIBUTE_SETS - 2 * MAX_FAILED;
