"""The frames decoded and dropped: the least that any analysis of them costs.

For `fast` the key frames alone; for other efforts the sampler, which also converts and finds shots.
"""

from pathlib import Path

import av

from benchmarks.serve import serve


def key_frames(path):
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_type = "NONE"
        stream.codec_context.skip_frame = "NONKEY"
        return sum(1 for _ in container.decode(stream))


def make(option, path):
    from analyzer.media.sampling import Sampler
    from analyzer.media.video import open_video
    from analyzer.settings import load

    settings = load(assignments=[f"keyframes.effort={option}"])

    def sample(path):
        with open_video(Path(path)) as video:
            return sum(1 for _ in Sampler(video, settings.keyframes, settings.shots))

    return [path], key_frames if option == "fast" else sample


serve(make)
