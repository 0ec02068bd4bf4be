"""The store that needs no set-up: one SQLite file."""

from analyzer.stores.sqlite.store import SqliteStore as SqliteStore
