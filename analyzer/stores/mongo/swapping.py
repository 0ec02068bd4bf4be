"""All collections of a database replaced by others, so that nothing is lost wherever it breaks off.

The new ones are filled under names of their own; then the old ones are put aside, the new ones put in their
place, and the old ones dropped. While there is a new one that is not in its place, all can be taken back.
"""

from pymongo.errors import PyMongoError

from analyzer.stores.mongo.link import Document, Link

NEW, OLD = "marquee_new_", "marquee_old_"
"""How the names of those begin that are not in place."""


def collections(link: Link) -> list[Document]:
    """Return what there is, as listCollections has it; not what is MongoDB's own, or not in place."""
    with link.complaining():
        found = [*link.database.list_collections()]
    own = ("system.", NEW, OLD)
    return sorted((one for one in found if not one["name"].startswith(own)), key=lambda one: one["name"])


def is_broken_off(link: Link) -> bool:
    """Whether collections were put aside and have not been replaced."""
    return bool(_named(link, OLD))


def swap(link: Link) -> None:
    """Put the new collections in the place of all that there is; what fails is taken back."""
    try:
        for one in collections(link):
            link[one["name"]].rename(OLD + one["name"])
        for name in _named(link, NEW):
            link[name].rename(name.removeprefix(NEW))
    except PyMongoError:
        take_back(link)
        raise
    _drop(link, OLD)


def take_back(link: Link) -> None:
    """Have a database as it was before a swap that was broken off; one that was only not tidied is tidied."""
    if _named(link, NEW):
        for name in _named(link, OLD):
            link.database.drop_collection(name.removeprefix(OLD))
            link[name].rename(name.removeprefix(OLD))
        _drop(link, NEW)
    _drop(link, OLD)


def _named(link: Link, beginning: str) -> list[str]:
    return [name for name in link.database.list_collection_names() if name.startswith(beginning)]


def _drop(link: Link, beginning: str) -> None:
    for name in _named(link, beginning):
        link.database.drop_collection(name)
