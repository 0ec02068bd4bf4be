"""What the tables are, and how they came to be so: each migration brings an older file a step further."""

MIGRATIONS = {
    "001-entries": """
        CREATE TABLE movie (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            uri TEXT NOT NULL,
            path TEXT NOT NULL,
            folded TEXT NOT NULL,
            sidecar TEXT NOT NULL,
            stamp TEXT NOT NULL,
            video TEXT NOT NULL,
            gallery INTEGER NOT NULL,
            analyzed_s REAL NOT NULL,
            size_bytes INTEGER NOT NULL,
            duration_s REAL NOT NULL,
            width INTEGER NOT NULL,
            height INTEGER NOT NULL,
            fps TEXT,
            container TEXT NOT NULL,
            codec TEXT NOT NULL,
            phash TEXT,
            leads INTEGER NOT NULL,
            people INTEGER NOT NULL,
            faces INTEGER NOT NULL,
            poses INTEGER NOT NULL,
            shots INTEGER NOT NULL
        );
        CREATE INDEX movie_video ON movie (video);
        CREATE INDEX movie_path ON movie (path);
        CREATE INDEX movie_duration ON movie (duration_s);
        CREATE INDEX movie_analyzed ON movie (analyzed_s);

        CREATE TABLE person (
            movie INTEGER NOT NULL REFERENCES movie (id) ON DELETE CASCADE,
            billing INTEGER NOT NULL,
            id TEXT NOT NULL,
            role TEXT NOT NULL,
            screen_time_s REAL NOT NULL,
            face_time_s REAL NOT NULL,
            confidence REAL NOT NULL,
            PRIMARY KEY (movie, billing)
        ) WITHOUT ROWID;

        CREATE TABLE face (
            movie INTEGER NOT NULL REFERENCES movie (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            person INTEGER,
            time_us INTEGER NOT NULL,
            x0_tenths INTEGER NOT NULL,
            y0_tenths INTEGER NOT NULL,
            x1_tenths INTEGER NOT NULL,
            y1_tenths INTEGER NOT NULL,
            score_e4 INTEGER NOT NULL,
            quality_e4 INTEGER NOT NULL,
            PRIMARY KEY (movie, number),
            FOREIGN KEY (movie, person) REFERENCES person (movie, billing) ON DELETE CASCADE
        ) WITHOUT ROWID;

        CREATE TABLE label (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            folded TEXT NOT NULL
        );
        CREATE INDEX label_folded ON label (folded);

        CREATE TABLE object (
            movie INTEGER NOT NULL REFERENCES movie (id) ON DELETE CASCADE,
            label INTEGER NOT NULL REFERENCES label (id),
            count INTEGER NOT NULL,
            score REAL NOT NULL,
            screen_time_s REAL NOT NULL,
            PRIMARY KEY (movie, label)
        ) WITHOUT ROWID;
        CREATE INDEX object_label ON object (label, movie);

        CREATE TABLE tag (
            movie INTEGER NOT NULL REFERENCES movie (id) ON DELETE CASCADE,
            label INTEGER NOT NULL REFERENCES label (id),
            score REAL NOT NULL,
            screen_time_s REAL NOT NULL,
            PRIMARY KEY (movie, label)
        ) WITHOUT ROWID;
        CREATE INDEX tag_label ON tag (label, movie);

        CREATE TABLE print (
            movie INTEGER PRIMARY KEY REFERENCES movie (id) ON DELETE CASCADE,
            times BLOB NOT NULL,
            hashes BLOB NOT NULL
        );

        CREATE TABLE channel (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE model (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)
    """,
}
"""By name, in order, what each does; a semicolon ends a statement. What was released is never changed.

Faces are most of a file: integers in microseconds, tenths of pixels and ten-thousandths keep them small and
exact. A movie's number is never used again, so that what was left behind of one is not taken for another's.
"""

UNIQUE: dict[str, list[tuple[str, ...]]] = {
    "movie": [("id",), ("key",)],
    "person": [("movie", "billing"), ("movie", "id")],
    "face": [("movie", "number")],
    "label": [("id",), ("name",)],
    "object": [("movie", "label")],
    "tag": [("movie", "label")],
    "print": [("movie",)],
    "channel": [("name",)],
    "model": [("name",)],
}
"""By table, the keys that must be unique."""

REFERENCES: dict[str, list[tuple[tuple[str, ...], str, tuple[str, ...]]]] = {
    "person": [(("movie",), "movie", ("id",))],
    "face": [(("movie",), "movie", ("id",)), (("movie", "person"), "person", ("movie", "billing"))],
    "object": [(("movie",), "movie", ("id",)), (("label",), "label", ("id",))],
    "tag": [(("movie",), "movie", ("id",)), (("label",), "label", ("id",))],
    "print": [(("movie",), "movie", ("id",))],
}
"""By table, its columns that must be found in those of another."""
