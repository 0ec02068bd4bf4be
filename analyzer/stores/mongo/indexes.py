"""The indexes of the collections: those that keep keys unique, and those that searches go by."""

from pymongo import IndexModel
from pymongo.errors import OperationFailure

from analyzer.stores.mongo.finding import SORTS
from analyzer.stores.mongo.link import Link
from analyzer.stores.mongo.writing import MOVIES

UNIQUE = {
    "gallery": ("gid",),
    "channel": ("name",),
    "model": ("name",),
    "tag": ("name",),
    "face": ("name", "source"),
    "person": ("source", "id"),
}
"""By collection, the fields that are unique together; a movie's key is its _id."""

_SEARCHED = {
    **dict.fromkeys(MOVIES, ("folded.objects", "folded.tags", "video")),
    "face": ("source",),
    "person": ("appearance",),
    "tag": ("galleries",),
}


def make(link: Link) -> list[str]:
    """Make the indexes that there are not yet; return those that cannot be made, and why.

    Documents that somebody else has put there may have one key twice: then that index is left out.
    """
    failed: list[str] = []
    for name in {**UNIQUE, **_SEARCHED}:
        for index in _indexes(name):
            try:
                link[name].create_indexes([index])
            except OperationFailure as error:
                if error.code in _REFUSED:
                    raise
                why = " ".join(str((error.details or {}).get("errmsg", error)).split())[:100]
                failed.append(f"{name}.{index.document['name']} ({why})")
    return failed


_REFUSED = (13, 18)
"""Not permitted: no matter of one index."""


def _indexes(name: str) -> list[IndexModel]:
    searched = [IndexModel(field) for field in _SEARCHED.get(name, ())]
    unique = [IndexModel([*dict.fromkeys(UNIQUE[name], 1).items()], unique=True)] if name in UNIQUE else []
    sorted_by = [IndexModel(order) for order in SORTS.values()] if name in MOVIES else []
    return unique + searched + sorted_by
