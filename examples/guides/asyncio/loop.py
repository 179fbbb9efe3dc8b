import asyncio

loop = asyncio.new_event_loop()
future = loop.create_future()
loop.call_later(0.01, future.set_result, "rung")
loop.call_soon(print, "waiting")
print(loop.run_until_complete(future))
loop.close()
