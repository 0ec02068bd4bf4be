"""Draw docs/demo.jpg: frames of the demo film with what was found in them, and its people in billing order.

python docs/picture.py marquee-demo/demo.mp4
"""

import sys
from pathlib import Path

import cv2
import numpy as np

from analyzer.media.sampling import Frame, Sampler
from analyzer.media.video import open_video
from analyzer.records import Movie
from analyzer.settings import load
from analyzer.stores import sidecar

SHOTS = (0, 1, 3)
WIDTH, HEIGHT = 480, 270
GREEN, ORANGE, WHITE, GREY = (110, 220, 130), (250, 170, 60), (245, 245, 245), (150, 150, 150)
COLOURS = (GREEN, ORANGE)
BONES = [(11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (11, 23), (12, 24), (23, 24)]
FONT = cv2.FONT_HERSHEY_DUPLEX


def main() -> None:
    video = Path(sys.argv[1])
    movie = sidecar.read(sidecar.sidecar_path(video))
    assert movie is not None, "analyze it first"
    settings = load()
    with open_video(video) as film:
        frames = list(Sampler(film, settings.keyframes, settings.shots))
    top = np.hstack([draw(frame, movie) for frame in chosen(frames, movie)])
    picture = np.vstack([top, billing(movie, top.shape[1])])
    cv2.imwrite(str(Path(__file__).with_name("demo.jpg")), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])


def chosen(frames: list[Frame], movie: Movie) -> list[Frame]:
    """The middle frame of each of SHOTS."""
    of_shot = [[frame for frame in frames if movie.keyframes[frame.index].shot == shot] for shot in SHOTS]
    return [some[len(some) // 2] for some in of_shot]


def draw(frame: Frame, movie: Movie) -> np.ndarray:
    image = frame.image.copy()
    for pose in movie.poses:
        if pose.keyframe == frame.index:
            seen = pose.points[:, 2] > 50
            for a, b in BONES:
                if seen[a] and seen[b]:
                    ends = [tuple(map(int, pose.points[i, :2])) for i in (a, b)]
                    cv2.line(image, *ends, WHITE, 3, cv2.LINE_AA)
    ranks = {f: r for r, p in enumerate(movie.people) for t in p.tracks for f in movie.tracks[t].faces}
    for index, face in enumerate(movie.faces):
        if face.keyframe == frame.index and index in ranks:
            x0, y0, x1, y1 = map(int, face.box)
            colour = COLOURS[ranks[index] % len(COLOURS)]
            cv2.rectangle(image, (x0, y0), (x1, y1), colour, 4, cv2.LINE_AA)
            for x, y in face.points:
                cv2.circle(image, (int(x), int(y)), 6, colour, -1, cv2.LINE_AA)
            text = f"#{ranks[index] + 1}  quality {face.quality.overall:.2f}"
            cv2.putText(image, text, (x0, y0 - 14), FONT, 1.1, colour, 2, cv2.LINE_AA)
    return cv2.resize(image, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def billing(movie: Movie, width: int) -> np.ndarray:
    """A strip: for each person, when they are on screen."""
    strip = np.full((40 + 34 * len(movie.people), width, 3), 24, np.uint8)
    left, right = 330, width - 20
    for shot in movie.shots:
        x = left + int((right - left) * shot.start_s / movie.source.duration_s)
        cv2.line(strip, (x, 14), (x, strip.shape[0] - 14), GREY, 1)
    for rank, person in enumerate(movie.people):
        y, colour = 22 + 34 * rank, COLOURS[rank % len(COLOURS)]
        text = f"#{rank + 1}  {person.role}  {person.screen_time_s:.1f} s"
        cv2.putText(strip, text, (20, y + 20), FONT, 0.65, colour, 1, cv2.LINE_AA)
        for start, end in person.intervals:
            x0, x1 = (left + int((right - left) * t / movie.source.duration_s) for t in (start, end))
            cv2.rectangle(strip, (x0, y), (x1, y + 24), colour, -1)
    return strip


main()
