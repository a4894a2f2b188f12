result = await client.run_task(
    prompt="Get the title of the top post",
    url=f"{PAGES}/news",
    wait_for_completion=True,
)
print(result.output)
