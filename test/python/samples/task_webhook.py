result = await client.run_task(
    prompt="Get the title of the top post",
    url=f"{PAGES}/news",
    webhook_url=WEBHOOK,
)
print(result.run_id)
