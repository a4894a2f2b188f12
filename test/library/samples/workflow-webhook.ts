import { SkyvernClient } from "skyvern-cli";

const client = new SkyvernClient({
  apiKey: process.env.SKYVERN_API_KEY,
});

// The sample:
const run = await client.runWorkflow({
  body: {
    workflow_id: "wpid_123456789",
    parameters: {
      resume: "https://example.com/resume.pdf",
      job_url: "https://jobs.lever.co/company/position",
    },
    webhook_url: "https://your-server.com/webhook",
  },
});
