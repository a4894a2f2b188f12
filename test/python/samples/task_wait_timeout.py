# Returns only after the task finishes
result = await client.run_task(
    prompt="Fill out the contact form",
    url=f"{PAGES}/contact",
    wait_for_completion=True,
    timeout=600,
)
print(result.status)

# Returns immediately
task = await client.run_task(
    prompt="Fill out the contact form",
    url=f"{PAGES}/contact",
)
print(task.run_id)
