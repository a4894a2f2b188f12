import { SkyvernClient } from "skyvern-cli";

const client = new SkyvernClient({
  apiKey: process.env.SKYVERN_API_KEY,
});
const run = await client.runWorkflow({ body: { workflow_id: "wpid_123456789" } });

// The sample:
const runId = run.run_id;
while (true) {
  const result = await client.getRun(runId);
  if (["completed", "failed", "terminated", "timed_out", "canceled"].includes(result.status)) {
    console.log(`Status: ${result.status}`);
    console.log(`Output: ${JSON.stringify(result.output)}`);
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 5000));
}
