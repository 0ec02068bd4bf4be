"""All that touches a media file: opening, decoding, shots, sampling, fingerprints.

container.py     open the named local file and nothing else, or say why not
packets.py       compressed packets -> groups that can be decoded on their own
video.py         Video: groups -> decoded frames, and what is known of the file
pixels.py        a decoded frame -> upright RGB of any size
looks.py         a decoded frame -> thumbnail and measures
judge.py         thumbnails -> cuts, fades and dissolves (PySceneDetect's detectors)
shots.py         which groups must be looked into, and the shots that come out
plan.py          when to look, by effort
ledger.py        keyframe records: who stands for whom and for how long
sampling.py      Sampler: all of these as one stream of frames to analyze (frame.py)
gallery.py       Gallery: the pictures of a folder as such a stream
picture.py       a picture file -> upright RGB
footage.py       video file or gallery: what is at a path
fingerprint.py   oshash of the bytes, perceptual hash of the film
"""
