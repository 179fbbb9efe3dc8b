import asyncio


async def visit(name, fails):
    try:
        await asyncio.sleep(0.001)
        if fails:
            raise ValueError(name)
        await asyncio.sleep(60)
    finally:
        print("left", name)


async def main():
    lock = asyncio.Lock()
    async with lock:
        print("holds the lock")
    try:
        async with asyncio.timeout(10):
            async with asyncio.TaskGroup() as group:
                group.create_task(visit("a", False))
                group.create_task(visit("b", True))
    except* ValueError as failed:
        print("failed:", *failed.exceptions)


asyncio.run(main())
