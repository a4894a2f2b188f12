import { SkyvernClient } from "skyvern-cli";
async function main() {
  const client = new SkyvernClient({
    apiKey: process.env.SKYVERN_API_KEY,
  });
  const run = await client.runWorkflow({
    body: {
      workflow_id: "wpid_123456789",
      parameters: {
        resume: "https://example.com/resume.pdf",
        job_url: "https://jobs.lever.co/company/position",
      },
    },
  });
  console.log(`Run ID: ${run.run_id}`);
}
main();

