"""The networks alone: asked again what the analysis of the video asked them, with nothing else going on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.serve import serve


class Recorder:
    """Stands for a session and keeps what it is asked."""

    def __init__(self, session):
        self._session, self.asked = session, []

    def __getattr__(self, name):
        return getattr(self._session, name)

    def run(self, images):
        self.asked.append(images.copy())
        return self._session.run(images)

    def repeat(self):
        """Ask everything again, from as many threads as there are streams; return the number of rows."""
        with ThreadPoolExecutor(self._session.engine.streams) as pool:
            list(pool.map(self._session.run, self.asked))
        return sum(map(len, self.asked))


def make(option, path):
    from analyzer.detect import networks
    from analyzer.pipeline import analyze
    from analyzer.settings import load

    recorders, open_session = [], networks.open_session

    def open_recorded(*arguments):
        recorders.append(Recorder(open_session(*arguments)))
        return recorders[-1]

    networks.open_session = open_recorded
    analyze(Path(path), load(assignments=[f"keyframes.effort={option}"]))
    return recorders, Recorder.repeat


serve(make)
