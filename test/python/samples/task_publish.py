result = await client.run_task(
    prompt="Fill out the contact form with the provided data",
    url=f"{PAGES}/contact",
    publish_workflow=True,
    wait_for_completion=True,
)
