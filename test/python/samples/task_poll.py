result = await client.run_task(
    prompt="Get the title of the top post",
    url=f"{PAGES}/news",
)
run_id = result.run_id
while True:
    run = await client.get_run(run_id)
    if run.status in ["completed", "failed", "terminated", "timed_out", "canceled"]:
        break
    await asyncio.sleep(0.2)
print(f"Output: {run.output}")
