/** The same by a handler of the pages router, which writes to Node's response. */
export default function handle(request, response) {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache');
  response.write(`event: hello\ndata: ${request.query.room}\n\n`);
  response.write('data: one\n\ndata: two\n\n');
  // Next's compressor keeps what is written until it is told.
  response.flush?.();
  if (request.query.open === undefined) response.end();
}
