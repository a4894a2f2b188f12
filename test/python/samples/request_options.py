from skyvern.client.core import RequestOptions

request_options = RequestOptions(
    timeout_in_seconds=120,
    max_retries=3,
    additional_headers={"x-custom-header": "value"},
)
result = await client.run_task(
    prompt="Get the title of the top post",
    url=f"{PAGES}/news",
    request_options=request_options,
)
print(result.run_id)
