"""People across videos: who appears where, and what the user has said about it.

    sidecar (a Movie) -> card    what one video says of its people; a cache that a sidecar can always renew
    photos -> card               the same of photos; nothing else keeps what they say
    journal -> known people      what the user has decided; append-only, replayed each time
    cards + known -> cast        every person of the library, known or not, with their appearances
    ledger                       every file that Marquee wrote of people, so that one can be forgotten

Decisions are anchored in videos and times, not in embeddings or numbers that a run gave: they hold after any
re-analysis, re-clustering or change of model.
"""
