"""Key frames decoded and dropped: the least that any analysis of them costs."""

import av

from benchmarks.serve import serve


def decode(path):
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_type = "NONE"
        stream.codec_context.skip_frame = "NONKEY"
        return sum(1 for _ in container.decode(stream))


serve(lambda option, path: ([path], decode))
