"""asyncio on libuv, in Cython and C: the loop that Node has, too."""

import platform

import uvloop

from parts.loops import compete

compete(
    uvloop.new_event_loop(),
    "uvloop",
    f"{uvloop.__version__}, CPython {platform.python_version()}",
)
