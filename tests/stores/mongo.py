"""What a database holds, by pymongo alone."""

from typing import Any

from pymongo.database import Database

Documents = Database[dict[str, Any]]


def all_of(database: Documents) -> dict[str, list[dict[str, Any]]]:
    """Everything in a database."""
    names = sorted(database.list_collection_names())
    return {name: [*database[name].find().sort("_id")] for name in names}
