"""Runs traktexport, unmodified, against another server: its command line follows that server's address."""

import sys

import trakt.core

trakt.core.BASE_URL = sys.argv.pop(1) + "/"

from traktexport.__main__ import main

main(prog_name="traktexport")
