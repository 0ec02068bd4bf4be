"""Real clips, and the edits of them that must be known again."""

import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

SUB_CLIP_S = 20.0
TRIM_S = 5.0

TUNED_ON = {
    "sintel": ("videos/sintel_trailer_animated_52s.mp4", 52.2),
    "corridor": ("videos/one-by-one-person-detection.mp4", 139.4),
    "animals": ("videos/moviepy_animals_noface_30s.mp4", 30.1),
    "games": ("odd/repo/mediaelement_xbox.wmv", 95.5),
}
HELD_OUT = {
    "tears": ("videos/tears-of-steel-battle-clip-medium.webm", 70.5),
    "portraits": ("videos/GENERATED_lfw_cast_reel.mp4", 70.4),
    "goldeneye": ("videos/pyscenedetect_testvideo.mp4", 24.0),
    "aspect": ("odd/repo/pyscenedetect_issue-195-aspect-ratio.mp4", 25.1),
    "bunny": ("odd/repo/moviepy_big_buck_bunny_0_30.webm", 30.0),
    "cradle": ("odd/repo/katna_codec_error_video.mp4", 30.0),
}
"""Clips, with their length in seconds; thresholds and weights were chosen with the first alone in view."""

EDITS: Mapping[str, tuple[str, ...]] = {
    "re-encoded": ("-crf", "36"),
    "MPEG-4, 300 kbit/s": ("-c:v", "mpeg4", "-b:v", "300k"),
    "scaled": ("-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2"),
    "cropped by 10 %": ("-vf", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2"),
    "cropped by 20 %": ("-vf", "crop=trunc(iw*0.4)*2:trunc(ih*0.4)*2"),
    "letterbox": ("-vf", "pad=iw:ceil(ih*0.67)*2:0:(oh-ih)/2"),
    "pillarbox": ("-vf", "pad=ceil(iw*0.67)*2:ih:(ow-iw)/2:0"),
    "mirrored": ("-vf", "hflip"),
    "brighter": ("-vf", "eq=brightness=0.15"),
    "darker": ("-vf", "eq=brightness=-0.15"),
    "contrast, colour": ("-vf", "eq=contrast=1.3:saturation=0.6"),
    "watermark": ("-vf", "drawbox=x=iw*0.7:y=ih*0.75:w=iw*0.25:h=ih*0.15:color=white@0.8:t=fill"),
    "5 % faster": ("-vf", "setpts=PTS/1.05"),
    "5 % slower": ("-vf", "setpts=PTS*1.05"),
    "cropped, mirrored, brighter, 4 % faster": (
        "-vf",
        "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2,hflip,eq=brightness=0.08,setpts=PTS/1.04",
    ),
}
"""FFmpeg's options for each edit of a whole clip."""


@dataclass(frozen=True)
class Edit:
    """A clip's edit.

    Attributes:
        clip: the clip's name.
        name: of the edit.
        start_s, end_s: what it shows of the clip.
        speed: seconds of the clip in a second of it.
    """

    clip: str
    name: str
    path: Path
    start_s: float
    end_s: float
    speed: float = 1.0

    @property
    def is_sub_clip(self) -> bool:
        return self.name.startswith("20 s")


def base(source: Path, target: Path, width: int, rate: int | None) -> Path:
    """Bring a clip to square pixels and a width, and at most `rate` frames a second: what is analyzed."""
    scale = f"scale='min({width},trunc(iw*sar/2)*2)':-2,setsar=1"
    filters = scale if rate is None else f"fps={rate},{scale}"
    return ffmpeg(source, target, "-vf", filters, "-crf", "20")


def edits(clip: str, path: Path, length_s: float, folder: Path) -> Iterator[Edit]:
    """Make all edits of a clip, and sub-clips of 20 s from two places."""
    for number, (name, options) in enumerate(EDITS.items()):
        speed = (
            1.05 if "5 % faster" in name else 1 / 1.05 if "slower" in name else 1.04 if "4 %" in name else 1
        )
        target = ffmpeg(path, folder / f"{clip}_{number}.mp4", *options)
        yield Edit(clip, name, target, 0, length_s, speed)
    trimmed = ("-ss", TRIM_S, "-t", length_s - 2 * TRIM_S)
    target = ffmpeg(path, folder / f"{clip}_trimmed.mp4", before=trimmed)
    yield Edit(clip, "5 s off both ends", target, TRIM_S, length_s - TRIM_S)
    for part in (0.15, 0.7):
        start = round((length_s - SUB_CLIP_S) * part, 2)
        cut = ("-ss", start, "-t", SUB_CLIP_S)
        target = ffmpeg(path, folder / f"{clip}_at_{start}.mp4", "-crf", "30", before=cut)
        yield Edit(clip, f"20 s from {part:.0%} on", target, start, start + SUB_CLIP_S)


def ffmpeg(source: Path, target: Path, *options: object, before: tuple[object, ...] = ()) -> Path:
    """Encode a video anew, without sound; H.264 by x264 unless the options say otherwise."""
    head = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *before, "-i", source, "-an"]
    whole = [*head, "-c:v", "libx264", "-preset", "veryfast", *options, target]
    subprocess.run(list(map(str, whole)), check=True)
    return target
