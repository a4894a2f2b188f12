"""Runs one sample of the API's documentation with the official Python SDK: `python prelude.py SAMPLE.py`.

A sample is the body of `async def main()`; `client` and `PAGES` (where the pages of the samples are) are there. Prints what it prints.
"""

import asyncio
import os
import sys
import textwrap

from skyvern import Skyvern

source = open(sys.argv[1], encoding="utf8").read()
names = {"os": os, "asyncio": asyncio, "PAGES": os.environ["PAGES"], "WEBHOOK": os.environ["WEBHOOK"]}
names["client"] = Skyvern(api_key=os.environ["SKYVERN_API_KEY"], base_url=os.environ["SKYVERN_BASE_URL"])
exec(f"async def main():\n{textwrap.indent(source, '    ')}", names)
asyncio.run(names["main"]())
