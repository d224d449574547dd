export const dynamic = 'force-dynamic';

/** An event stream that ends, or with `?open` stays open. */
export async function GET(request, { params }) {
  const { id } = await params;
  const staysOpen = new URL(request.url).searchParams.has('open');
  const encoder = new TextEncoder();
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(`event: hello\ndata: ${id}\n\n`));
      controller.enqueue(encoder.encode('data: one\n\ndata: two\n\n'));
      if (!staysOpen) controller.close();
    },
  });
  return new Response(stream, {
    headers: {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache',
    },
  });
}
