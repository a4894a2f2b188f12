result = await client.run_task(
    prompt="Get the title of the top post",
    url=f"{PAGES}/news",
)
print(f"Run ID: {result.run_id}")
print(f"Status: {result.status}")
