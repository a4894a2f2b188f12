session = await client.create_browser_session()

result = await client.run_task(
    prompt="Log in and download the latest invoice",
    url=f"{PAGES}/login",
    browser_session_id=session.browser_session_id,
    wait_for_completion=True,
)
print(result.status)
print(len(result.downloaded_files or []))
