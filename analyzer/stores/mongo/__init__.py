"""The store in a MongoDB database, in collections that can be asked by hand; docs/stores.md describes them.

There are no transactions. A movie's documents in `person` and `face`, and its key in `tag`, are there only
while its own document is: that one is written first and removed last. Its stamp is empty, which is no
sidecar's, until all of them are there: what was broken off is seen to be stale, and done again.
"""

from analyzer.stores.mongo.store import MongoStore as MongoStore
