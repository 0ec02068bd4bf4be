"""What is still to be done, kept on the disk, and folders that are watched for it.

database.py   queue.db in MARQUEE_HOME: opening, migrations, errors
owners.py     which processes are alive, by locks that end with them
claims.py     no file is done by two processes at once
queue.py      every watched file, its state, and whose turn it is
pauses.py     what waits for a disk, a drive or a server
inventory.py  what each file was when it was last taken care of
volumes.py    drives: whether a file is gone, or the drive that it was on
settling.py   whether a file is finished
folders.py    what there is in a watched folder
watcher.py    follows folders and fills the queue
records.py    moves, copies and deletions: what becomes of the sidecars
consumer.py   empties the queue
"""
