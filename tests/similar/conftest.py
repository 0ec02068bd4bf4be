from tests.media.conftest import make_clip, make_scene

__all__ = ["make_clip", "make_scene"]
