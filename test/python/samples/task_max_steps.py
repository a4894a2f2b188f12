result = await client.run_task(
    prompt="Fill out the contact form",
    url=f"{PAGES}/contact",
    max_steps=10,
    wait_for_completion=True,
)
print(result.status)
