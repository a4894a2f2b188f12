import { SkyvernClient } from "skyvern-cli";

const client = new SkyvernClient({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const workflows = await client.getWorkflows();
for (const workflow of workflows) {
  console.log(`${workflow.workflow_permanent_id}: ${workflow.title}`);
}
