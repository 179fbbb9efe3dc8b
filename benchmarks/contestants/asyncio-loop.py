"""The loop of CPython's asyncio."""

import asyncio
import platform

from parts.loops import compete

compete(asyncio.new_event_loop(), "asyncio", f"CPython {platform.python_version()}")
