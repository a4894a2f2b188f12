import { SkyvernClient } from "skyvern-cli";

const client = new SkyvernClient({
  apiKey: process.env.SKYVERN_API_KEY,
});
const result = await client.runTask({
  body: {
    prompt: "Get the title of the top post",
    url: "https://news.ycombinator.com",
  },
});

// The sample:
const runId = result.run_id;
while (true) {
  const run = await client.getRun(runId);
  if (["completed", "failed", "terminated", "timed_out", "canceled"].includes(run.status)) {
    console.log(`Output: ${JSON.stringify(run.output)}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 5000));
}
