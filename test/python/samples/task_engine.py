from skyvern.schemas.runs import RunEngine

result = await client.run_task(
    prompt="Get the page title",
    url=f"{PAGES}/news",
    engine=RunEngine.skyvern_v1,
    wait_for_completion=True,
)
print(result.output)
