"""Files, one after another, and what happens when one fails.

job.py      what is asked, and what becomes of a file
runner.py   one file: its record is brought up to date
batch.py    many files, of which none is done by two processes at once
scenes.py   one file: its scenes are found
"""

from analyzer.jobs.batch import run as run
from analyzer.jobs.job import Job as Job
from analyzer.jobs.job import Outcome as Outcome
from analyzer.jobs.job import check as check
from analyzer.jobs.job import parts_of as parts_of
from analyzer.jobs.runner import Runner as Runner
from analyzer.jobs.runner import failure as failure
