"""`python -m hyosan.cli`: the command line where the script `hyosan` is not on the path."""

import sys

from hyosan.cli import main

sys.exit(main())
