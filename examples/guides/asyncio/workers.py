import asyncio


async def worker(name, jobs):
    while True:
        job = await jobs.get()
        await asyncio.sleep(0.001)
        print(name, "did", job)
        jobs.task_done()


async def main():
    jobs = asyncio.Queue()
    for job in "xyz":
        jobs.put_nowait(job)
    workers = [asyncio.create_task(worker(name, jobs)) for name in "ab"]
    await jobs.join()
    for task in workers:
        task.cancel()
    results = await asyncio.gather(*workers, return_exceptions=True)
    print(*[type(result).__name__ for result in results])


asyncio.run(main())
