/** What `--help` says, at most 80 columns wide. */
export const HELP = `Usage:
  opentelemetry-instrumentation-sse doctor URL [options]
  opentelemetry-instrumentation-sse probe [options]
  opentelemetry-instrumentation-sse series [options]

doctor opens an event stream as an EventSource would, watches it, and says what
is wrong, what shows it, why it matters and what to change. Exit status: 0 when
all is well, 1 with warnings, 2 with errors or when it was asked wrongly.

  --seconds N          watch for so long at most (30)
  --events N           so many events are enough, after 3 seconds (10)
  --idle N             watch for N seconds, whatever comes: who cuts it?
  --compare URL        watch the same stream there too; say what differs
  --header "A: b"      send a header; may be given again
  --method M           ask by another method (GET; with --body POST)
  --body TEXT          send a body; @FILE reads it from a file
  --origin ORIGIN      ask as a page of this origin would (CORS)
  --credentials        with cookies, as withCredentials does
  --metrics URL        the server's metrics: does it notice a disconnect?
  --slow N             headers are late after N seconds (1), events after 10 N
  --proxy-timeout N    the shortest idle time-out on the way, in seconds (60)
  --no-resume          do not come back with Last-Event-ID
  --ca FILE            trust these certificates too (PEM)
  --insecure           go on although the certificate is not trusted
  --json               the report as JSON

probe serves the same as metrics for Prometheus: /probe?target=URL&module=NAME.

  --config FILE        modules and targets, as JSON
  --allow URL          a target; a URL that ends with /* allows what is below
  --listen HOST:PORT   where to serve (127.0.0.1:9466)
  --concurrency N      probes at once (10)

series says how many series an instance has in Prometheus, and all instances.

  --routes N           routes that send event streams (3)
  --methods N          HTTP methods of each (1)
  --versions N         HTTP versions of each: 1.0, 1.1, 2 (1)
  --types N            event types of each (4)
  --error-types N      error.type of streams that close, beside _OTHER (0)
  --statuses N         statuses that requests for a stream fail with (0)
  --attribute-sets N   combinations of what attributesHook adds (1)
  --max-routes N       the option maxRoutes (100)
  --max-event-types N  maxEventTypes, or how many eventTypes lists (20)
  --final-events       with finalEvents
  --client-addresses   with clientAddress, trustProxy, or public addresses
  --guard LIST         what the guard may refuse for: connections,heap or all
  --client-targets N   host and path of streams that it receives itself (0)
  --instances N        instances (1)
  --interval N         seconds between two samples (15)
  --json               the same as JSON, by metric

  --help, --version
`;
